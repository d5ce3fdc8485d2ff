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
 * Small trees that differ in every way: routers on a handful of hosts, paths and entry points, each
 * with one or two middlewares, some of them chains, and a service, some of them weighted. Some
 * trees also have TLS options, or parents and children, or TCP routers. Names are few, so that two
 * trees share many.
 */
final class RandomTrees {
    private static final List<String> PATHS =
            List.of("/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/j", "/k", "/l");
    private static final List<String> HOSTS = List.of("a.example", "b.example", "c.example");
    private static final List<String> ENTRY_POINTS = List.of("web", "websecure");
    private static final ObjectName PARENT =
            new ObjectName(ObjectName.Protocol.HTTP, ObjectName.Kind.ROUTERS, "r0");

    private static final int ROUTERS = 20;
    private static final int MIDDLEWARES = 16;
    private static final int SERVICES = 12;

    private final Random random;
    private final boolean tls;
    private final boolean parents;
    private final boolean tcp;
    private final List<Long> priorities = new ArrayList<>();

    RandomTrees(long seed) {
        random = new Random(seed);
        tls = one(4);
        parents = one(4);
        tcp = one(4);
        for (long i = 1; i <= 400; i++) {
            priorities.add(
                    switch ((int) i % 8) {
                        case 0 -> Long.MIN_VALUE + i;
                        case 1 -> Long.MAX_VALUE - 1_000 - i;
                        case 2 -> i * 10_000_000_000L;
                        default -> i;
                    });
        }
        Collections.shuffle(priorities, random); // no two routers have the same, in either tree
    }

    /** A request for every entry point, host and path. */
    static List<Served.Request> requests() {
        List<Served.Request> requests = new ArrayList<>();
        for (String entryPoint : ENTRY_POINTS) {
            for (String host : HOSTS) {
                PATHS.forEach(path -> requests.add(new Served.Request(entryPoint, host, path)));
            }
        }
        return requests;
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
                router(
                        keys,
                        (one(8) ? "/http//" : "http/") + "routers/r" + i,
                        middlewares,
                        services);
            }
        }
        extras(keys, middlewares, services);
        return KeyTree.of(keys);
    }

    private void extras(Map<String, String> keys, List<String> middlewares, List<String> services) {
        if (tls) {
            keys.put("tls/options/default/minVersion", "VersionTLS1" + (2 + random.nextInt(2)));
            keys.put("tls/options/strict/minVersion", "VersionTLS13");
        }
        boolean parent = names(KeyTree.of(keys), "http.routers.").contains(PARENT.name());
        for (int i = 0; parents && parent && i < 2; i++) {
            String child = "http/routers/child" + i;
            if (!middlewares.isEmpty() && !services.isEmpty() && one(2)) {
                router(keys, child, middlewares, services);
                keys.put(child + "/parentRefs/0", PARENT.name());
            }
        }
        for (int i = 0; tcp && i < 2; i++) {
            if (one(2)) {
                keys.put("tcp/services/t" + i + "/loadBalancer/servers/0/address", "127.0.0.1:1");
                tcpRouter(keys, "tcp/routers/t" + i, "t" + i);
            }
        }
    }

    private void tcpRouter(Map<String, String> keys, String key, String service) {
        keys.put(key + "/rule", "HostSNI(`" + (one(3) ? "*" : any(HOSTS)) + "`)");
        keys.put(key + "/priority", Long.toString(priorities.removeLast()));
        keys.put(key + "/entryPoints", any(ENTRY_POINTS));
        keys.put(key + "/service", service);
    }

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
        keys.put(key + "/rule", rule());
        keys.put(key + "/priority", Long.toString(priorities.removeLast()));
        if (!one(8)) {
            keys.put(key + (one(4) ? "//EntryPoints/0" : "/entryPoints"), any(ENTRY_POINTS));
        }
        if (tls && one(3)) {
            keys.put(key + "/tls/options", "strict");
        }
        keys.put(key + "/service", any(services));
        keys.put(key + "/middlewares/0", any(middlewares));
        if (random.nextBoolean()) {
            keys.put(key + "/middlewares/1", any(middlewares));
        }
    }

    private String rule() {
        String path = (one(6) ? "PathPrefix(`" : "Path(`") + any(PATHS) + "`)";
        if (one(12)) {
            return "Path(`" + any(PATHS) + "`) || " + path;
        }
        return switch (random.nextInt(12)) {
            case 0 -> "Host(`*.example`) && " + path;
            case 1 -> "Host(`" + any(HOSTS) + ".`) && " + path;
            case 2, 3 -> path;
            case 4 -> "PathPrefix(`/`)";
            default -> "Host(`" + any(HOSTS) + "`) && " + path;
        };
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
        for (ObjectName router : routers(other)) {
            String key = base(keys, router);
            boolean tcpRouter = router.protocol() == ObjectName.Protocol.TCP;
            if (one(6)) {
                drop(keys, router);
            } else if (one(tcpRouter ? 3 : 8)) {
                keys.put(key + "/rule", tcpRouter ? "HostSNI(`" + any(HOSTS) + "`)" : rule());
                keys.put(key + "/priority", Long.toString(priorities.removeLast()));
            } else if (!tcpRouter && one(3)) {
                keys.put(key + "/middlewares/0", any(middlewares));
                keys.put(key + "/service", any(services));
            }
        }
        if (!KeyTree.of(keys).objects().containsKey(PARENT)) {
            routers(KeyTree.of(keys)).stream()
                    .filter(each -> each.name().startsWith("child"))
                    .forEach(each -> drop(keys, each));
        }
        if (tls && one(3)) {
            keys.put("tls/options/default/minVersion", "VersionTLS1" + (2 + random.nextInt(2)));
        }
        for (int i = 0; i < random.nextInt(3); i++) {
            router(keys, "http/routers/new" + i, middlewares, services);
        }
        dropSomeThatNothingNames(keys);
        return KeyTree.of(keys);
    }

    private static List<ObjectName> routers(KeyTree tree) {
        return tree.objects().keySet().stream()
                .filter(each -> each.kind() == ObjectName.Kind.ROUTERS)
                .toList();
    }

    /** What the keys of a router begin with, without the last slash. */
    private static String base(Map<String, String> keys, ObjectName router) {
        String end = "/routers/" + router.name();
        return keys.keySet().stream()
                .filter(each -> isOf(each, router))
                .map(each -> each.substring(0, each.indexOf(end) + end.length()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isOf(String key, ObjectName object) {
        return ObjectName.ofKey(key).filter(object::equals).isPresent();
    }

    private static void drop(Map<String, String> keys, ObjectName object) {
        keys.keySet().removeIf(each -> isOf(each, object));
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
