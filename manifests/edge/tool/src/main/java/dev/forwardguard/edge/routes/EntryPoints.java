package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.syntax.DidYouMean;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The entry points of the gateways, in their static configuration.
 *
 * @param names with {@code /udp} behind those that take datagrams
 */
record EntryPoints(Set<String> names) {
    private static final String UDP = "/udp";

    /** What is wrong with naming an entry point. */
    Optional<String> complaint(String name, boolean datagrams) {
        if (name.equals(Canary.ENTRY_POINT)) {
            return Optional.of(name + " is the canary's entry point: choose another one");
        }
        Set<String> known = known(datagrams);
        if (known.contains(name)) {
            return Optional.empty();
        }
        if (known(!datagrams).contains(name)) {
            return Optional.of("%s takes %s".formatted(name, datagrams ? "TCP" : "UDP only"));
        }
        String hint =
                DidYouMean.suggestion(name, known)
                        .map(meant -> "did you mean %s?".formatted(meant))
                        .orElse("name others with --entry-points");
        return Optional.of("the gateways have no entry point %s, %s".formatted(name, hint));
    }

    private Set<String> known(boolean datagrams) {
        return names.stream()
                .filter(name -> name.endsWith(UDP) == datagrams)
                .map(name -> name.replace(UDP, ""))
                .collect(Collectors.toSet());
    }
}
