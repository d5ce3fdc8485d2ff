package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.Canary;
import dev.forwardguard.edge.routes.KeyTree;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The route that shows which revision a gateway serves: it proves reading, parsing and reloading
 * from end to end. Traefik answers it itself. Since it is always there, a tree without other
 * routers is not empty for Traefik, which ignores an empty one.
 */
final class CanaryRoute {
    private static final String HEADER = "X-Edge-Revision";
    private static final String PATH = "/edge-revision";
    private static final String ROUTER = "http/routers/" + Canary.NAME + "/";

    private static final String NUMBER =
            "http/middlewares/" + Canary.NAME + "/headers/customResponseHeaders/" + HEADER;

    private CanaryRoute() {}

    /** Its keys. */
    static NavigableMap<String, String> keys(long number) {
        return new TreeMap<>(
                Map.of(
                        ROUTER + "entryPoints/0",
                        Canary.ENTRY_POINT,
                        ROUTER + "rule",
                        "Path(`" + PATH + "`)",
                        ROUTER + "service",
                        "ping@internal",
                        ROUTER + "middlewares/0",
                        Canary.NAME,
                        NUMBER,
                        Long.toString(number)));
    }

    /** The number in a tree; empty if there is none, or something else than a number. */
    static OptionalLong number(KeyTree tree) {
        String number = tree.keys().getOrDefault(NUMBER, "");
        // 18 digits fit into a long
        return number.matches("[0-9]{1,18}")
                ? OptionalLong.of(Long.parseLong(number))
                : OptionalLong.empty();
    }

    /** Its keys in a tree, in whatever state they are. */
    static NavigableMap<String, String> present(KeyTree tree) {
        NavigableMap<String, String> present = new TreeMap<>();
        tree.objects()
                .forEach(
                        (object, keys) -> {
                            if (Canary.OBJECTS.contains(object)) {
                                present.putAll(keys);
                            }
                        });
        return present;
    }

    /** Whether it is there, whole and with nothing more, whatever its number. */
    static boolean isWhole(KeyTree tree) {
        OptionalLong number = number(tree);
        return number.isPresent() && present(tree).equals(keys(number.getAsLong()));
    }
}
