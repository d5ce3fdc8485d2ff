package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Small trees that differ in every way: routers on a handful of paths, each with one or two
 * middlewares, some of them chains, and a service, some of them weighted. Names are few, so that
 * two trees share many.
 */
final class RandomTrees {
    static final List<String> PATHS =
            List.of("/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/j", "/k", "/l");

    private static final int ROUTERS = 20;
    private static final int MIDDLEWARES = 16;
    private static final int SERVICES = 12;

    private final Random random;
    private final List<Integer> priorities = new ArrayList<>();

    RandomTrees(long seed) {
        random = new Random(seed);
        for (int i = 1; i <= 400; i++) {
            priorities.add(i);
        }
        Collections.shuffle(priorities, random); // no two routers have the same, in either tree
    }

    KeyTree next() {
        Map<String, String> keys = new TreeMap<>();
        List<String> middlewares = new ArrayList<>();
        for (int i = 0; i < MIDDLEWARES; i++) {
            if (random.nextInt(4) > 0) {
                middleware(keys, "m" + i, middlewares);
                middlewares.add("m" + i);
            }
        }
        List<String> services = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            if (random.nextInt(4) > 0) {
                service(keys, "s" + i, services);
                services.add("s" + i);
            }
        }
        for (int i = 0; i < ROUTERS && !middlewares.isEmpty() && !services.isEmpty(); i++) {
            if (random.nextInt(3) > 0) {
                router(keys, "http/routers/r" + i, middlewares, services);
            }
        }
        return KeyTree.of(keys);
    }

    /** The same tree with some objects as in another one; its references may be broken. */
    private void middleware(Map<String, String> keys, String name, List<String> before) {
        String key = "http/middlewares/" + name;
        if (!before.isEmpty() && random.nextInt(4) == 0) {
            keys.put(key + "/chain/middlewares/0", any(before));
        } else {
            keys.put(
                    key + "/headers/customRequestHeaders/X-Version",
                    Integer.toString(random.nextInt(2)));
        }
    }

    private void service(Map<String, String> keys, String name, List<String> before) {
        String key = "http/services/" + name;
        if (!before.isEmpty() && random.nextInt(4) == 0) {
            keys.put(key + "/weighted/services/0/name", any(before));
            keys.put(key + "/weighted/services/0/weight", "1");
        } else {
            keys.put(
                    key + "/loadBalancer/servers/0/url",
                    "http://127.0.0.1:" + (1 + random.nextInt(2)));
        }
    }

    private void router(
            Map<String, String> keys, String key, List<String> middlewares, List<String> services) {
        List<String> paths = new ArrayList<>(PATHS);
        Collections.shuffle(paths, random);
        List<String> rules =
                paths.subList(0, one(8) ? 2 : 1).stream()
                        .map(each -> "Path(`" + each + "`)")
                        .toList();
        keys.put(key + "/rule", String.join(" || ", rules));
        keys.put(key + "/priority", Integer.toString(priorities.removeLast()));
        keys.put(key + "/entryPoints/0", "web");
        keys.put(key + "/service", any(services));
        keys.put(key + "/middlewares/0", any(middlewares));
        if (random.nextBoolean()) {
            keys.put(key + "/middlewares/1", any(middlewares));
        }
    }

    /**
     * Another tree, in which much is as in this one: a few things each are new, changed or gone.
     */
    KeyTree like(KeyTree other) {
        Map<String, String> keys = new TreeMap<>(other.keys());
        keys.replaceAll(
                (key, value) ->
                        isContent(key) && one(16)
                                ? value.replaceFirst("\\d$", Integer.toString(random.nextInt(3)))
                                : value);
        List<String> middlewares = names(other, "http.middlewares.");
        List<String> services = names(other, "http.services.");
        if (middlewares.isEmpty() || services.isEmpty()) {
            return next();
        }
        for (int i = 0; i < 3; i++) {
            middleware(keys, "n" + i, middlewares);
            middlewares.add("n" + i);
        }
        for (String router : names(other, "http.routers.")) {
            String key = "http/routers/" + router;
            if (one(6)) {
                keys.keySet().removeIf(each -> each.startsWith(key + "/"));
            } else if (one(8)) {
                keys.put(key + "/rule", "Path(`" + any(PATHS) + "`)");
                keys.put(key + "/priority", Integer.toString(priorities.removeLast()));
            } else if (one(3)) {
                keys.put(key + "/middlewares/0", any(middlewares));
                keys.put(key + "/service", any(services));
            }
        }
        for (int i = 0; i < random.nextInt(3); i++) {
            router(keys, "http/routers/new" + i, middlewares, services);
        }
        dropSomeThatNothingNames(keys);
        return KeyTree.of(keys);
    }

    private static boolean isContent(String key) {
        return key.endsWith("X-Version") || key.endsWith("url");
    }

    private static List<String> names(KeyTree tree, String kind) {
        return tree.objects().keySet().stream()
                .map(Object::toString)
                .filter(each -> each.startsWith(kind))
                .map(each -> each.substring(kind.length()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private void dropSomeThatNothingNames(Map<String, String> keys) {
        KeyTree tree = KeyTree.of(keys);
        Set<ObjectName> named = new HashSet<>();
        tree.references().values().forEach(named::addAll);
        tree.objects()
                .forEach(
                        (object, own) -> {
                            if (object.kind() != ObjectName.Kind.ROUTERS
                                    && !named.contains(object)
                                    && random.nextBoolean()) {
                                own.keySet().forEach(keys::remove);
                            }
                        });
    }

    /** True once in so many times. */
    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }
}
