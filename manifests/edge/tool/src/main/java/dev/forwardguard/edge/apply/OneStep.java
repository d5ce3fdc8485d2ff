package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether the routers of a difference must all change at the same time, because {@link Takeovers}
 * does not see how they touch one another:
 *
 * <ul>
 *   <li>Traefik chooses TLS options by host, and takes the default ones when two routers of a host
 *       disagree.
 *   <li>Children match below their parents.
 *   <li>TCP and HTTP routers of one entry point take connections from each other.
 * </ul>
 */
final class OneStep {
    /** Routers that changed, before and after. */
    private final List<Matching> changed = new ArrayList<>();

    /** Routers with TLS options, changed or not, before and after. */
    private final List<Matching> withOptions = new ArrayList<>();

    /** Parents and children, before or after. */
    private final Set<ObjectName> families = new HashSet<>();

    private final Set<ObjectName> names = new HashSet<>();

    private OneStep(Difference difference) {
        difference.changes().stream()
                .flatMap(each -> Stream.ofNullable(each.object()))
                .forEach(names::add);
        add(difference.before().tree());
        add(difference.after());
    }

    static boolean isNeeded(Difference difference) {
        OneStep it = new OneStep(difference);
        return it.names.stream().anyMatch(it::touchesOthers)
                || it.withOptions.stream()
                        .anyMatch(one -> it.changed.stream().anyMatch(one::sharesHost));
    }

    private void add(KeyTree tree) {
        var references = tree.references();
        tree.objects()
                .forEach(
                        (name, keys) -> {
                            if (name.kind() == ObjectName.Kind.ROUTERS) {
                                add(name, Matching.of(keys));
                                references.getOrDefault(name, new TreeSet<>()).stream()
                                        .filter(each -> each.kind() == ObjectName.Kind.ROUTERS)
                                        .forEach(families::add);
                            }
                        });
    }

    private void add(ObjectName router, Matching matching) {
        if (names.contains(router)) {
            changed.add(matching);
        }
        if (matching.hasTlsOptions()) {
            withOptions.add(matching);
        }
        if (matching.isChild()) {
            families.add(router);
        }
    }

    private boolean touchesOthers(ObjectName name) {
        return switch (name.protocol()) {
            case TCP, UDP -> true;
            case TLS -> name.kind() == ObjectName.Kind.OPTIONS;
            case HTTP -> families.contains(name);
        };
    }
}
