package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.model.ValueType;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Names of objects, and how values refer to them. */
final class Names {
    private static final int MAX_LENGTH = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern INDEX = Pattern.compile("[0-9]+");

    /** The provider of everything in etcd, which names may leave out. */
    private static final String ETCD = "@etcd";

    /** What Traefik itself provides on the gateways. */
    private static final Map<String, Set<String>> INTERNAL =
            Map.of(
                    "http/services",
                            Set.of(
                                    "api@internal",
                                    "dashboard@internal",
                                    "ping@internal",
                                    "prometheus@internal",
                                    "noop@internal"),
                    "http/serversTransports", Set.of("default@internal"),
                    "tcp/serversTransports", Set.of("default@internal"),
                    "tls/options", Set.of("default"));

    private Names() {}

    /** What is wrong with the name of an object. */
    static Optional<String> complaint(String name) {
        if (name.length() > MAX_LENGTH) {
            return Optional.of("the name is longer than 200 characters");
        }
        if (name.contains("/")) {
            return Optional.of("a name cannot have a slash: it parts keys");
        }
        if (!NAME.matcher(name).matches()) {
            return Optional.of("a name has only letters, digits, dots, hyphens and underscores");
        }
        return indexComplaint(name);
    }

    /** What is wrong with a name that Traefik would take for an index. */
    static Optional<String> indexComplaint(String name) {
        return INDEX.matcher(name).matches()
                ? Optional.of("a name of digits alone is an index of a list in keys")
                : Optional.empty();
    }

    /** Whether a value means something that Traefik itself provides. */
    static boolean isInternal(ValueType.Reference type, String value) {
        return internal(type).contains(value);
    }

    /** The name that a value means, without its provider; empty if it is none of ours. */
    static Optional<String> local(String value) {
        return inTree(value).filter(name -> complaint(name).isEmpty());
    }

    /** The same for a tree in etcd, where others may have used names that files must not have. */
    static Optional<String> inTree(String value) {
        String name =
                value.endsWith(ETCD) ? value.substring(0, value.length() - ETCD.length()) : value;
        return name.isEmpty() || name.contains("@") ? Optional.empty() : Optional.of(name);
    }

    /** What is wrong with a value that {@link #local} gives nothing for. */
    static String referenceComplaint(ValueType.Reference type, String value) {
        if (value.endsWith("@internal")) {
            Set<String> names = internal(type);
            return names.isEmpty()
                    ? "@internal has nothing of this kind"
                    : "of @internal there is only "
                            + String.join(", ", names.stream().sorted().toList());
        }
        return value.contains("@")
                ? "the gateways' only provider is etcd: write the name alone or with @etcd"
                : complaint(value).orElse("is no name");
    }

    private static Set<String> internal(ValueType.Reference type) {
        return INTERNAL.getOrDefault(type.section() + "/" + type.collection(), Set.of());
    }
}
