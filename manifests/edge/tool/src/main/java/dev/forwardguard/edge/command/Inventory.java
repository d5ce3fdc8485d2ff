package dev.forwardguard.edge.command;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;
import dev.forwardguard.edge.routes.ObjectName.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts objects for people. */
final class Inventory {
    private static final Map<Kind, String> NOUNS =
            Map.of(
                    Kind.ROUTERS, "router",
                    Kind.SERVICES, "service",
                    Kind.MIDDLEWARES, "middleware",
                    Kind.SERVERS_TRANSPORTS, "servers transport",
                    Kind.OPTIONS, "set of TLS options",
                    Kind.STORES, "TLS store",
                    Kind.CERTIFICATES, "list of certificates");

    private Inventory() {}

    /** For example {@code 3 routers, 1 service}. */
    static String of(KeyTree tree) {
        Map<Kind, Long> byKind =
                tree.objects().keySet().stream()
                        .collect(Collectors.groupingBy(ObjectName::kind, Collectors.counting()));
        List<String> counts = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            long count = byKind.getOrDefault(kind, 0L);
            String noun = NOUNS.getOrDefault(kind, kind.field());
            if (count > 0) {
                counts.add(count == 1 ? "1 " + noun : count + " " + plural(noun));
            }
        }
        return counts.isEmpty() ? "0 routers" : String.join(", ", counts);
    }

    private static String plural(String noun) {
        return noun.contains(" of ") ? noun.replace(" of ", "s of ") : noun + "s";
    }
}
