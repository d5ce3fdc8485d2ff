package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.RouteFiles;
import dev.forwardguard.edge.routes.Routes;
import dev.forwardguard.servers.EtcdCluster;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the tool takes, Traefik takes: objects made at random along the tool's model. Those that the
 * tool refuses are left out; Traefik must build all others without an error.
 */
class RandomRoutesIT {
    private static final int ROUNDS = Integer.getInteger("rounds", 4);
    private static final long SEED = Long.getLong("seed", 26);

    private static final String BASE =
            """
            {"http": {
               "services": {"base": {"loadBalancer": {"servers": [{"url": "http://127.0.0.1:9"}],
                                                      "healthCheck": {"interval": "1h"}}}},
               "middlewares": {"base": {"contentType": {}}},
               "serversTransports": {"base": {"disableHTTP2": "true"}}},
             "tcp": {
               "services": {"base": {"loadBalancer": {"servers": [{"address": "127.0.0.1:9"}],
                                                      "healthCheck": {"interval": "1h"}}}},
               "middlewares": {"base": {"inFlightConn": {"amount": "9"}}},
               "serversTransports": {"base": {"dialTimeout": "9s"}}},
             "udp": {
               "services": {"base": {"loadBalancer": {"servers": [{"address": "127.0.0.1:9"}]}}}},
             "tls": {"options": {"base": {"sniStrict": "false"}}}}
            """;

    /** Sections, collections, and how many objects of each are made in one round. */
    private static final List<Made> MADE =
            List.of(
                    new Made("http", "routers", 10),
                    new Made("http", "services", 20),
                    new Made("http", "middlewares", 80),
                    new Made("http", "serversTransports", 5),
                    new Made("tcp", "routers", 5),
                    new Made("tcp", "services", 5),
                    new Made("tcp", "middlewares", 5),
                    new Made("tcp", "serversTransports", 5),
                    new Made("udp", "routers", 3),
                    new Made("udp", "services", 3),
                    new Made("tls", "options", 5));

    @TempDir private static Path directory;

    private record Made(String section, String collection, int count) {}

    @Test
    void traefikTakesWhatTheToolTakes() throws IOException {
        RoutesExample.copyPem(directory);
        RandomRoutes random = new RandomRoutes(SEED);
        int objects = 0;
        try (var etcd = EtcdCluster.start(Program.built("etcd"), directory);
                var raw = new RawEtcd(etcd.first().url());
                var traefik =
                        ProvidedTraefik.start(
                                directory,
                                "etcd",
                                "--providers.providersThrottleDuration=100ms",
                                "--providers.etcd.endpoints="
                                        + etcd.first().url().getAuthority())) {
            for (int round = 0; round < ROUNDS; round++) {
                ObjectNode file = file(random);
                objects += count(file);
                String canary = "round-" + round;
                use(file, canary);

                replace(raw, read(file).orElseThrow(), canary);

                JsonNode rawData = traefik.rawData(canary);
                assertThat(ProvidedTraefik.errors(rawData)).as("round %d", round).isEmpty();
            }
        }
        assertThat(objects).isGreaterThan(ROUNDS * 70);
    }

    /** The objects that the tool takes. */
    private static ObjectNode file(RandomRoutes random) throws IOException {
        ObjectNode file = (ObjectNode) new ObjectMapper().readTree(BASE);
        for (Made made : MADE) {
            for (int i = 0; i < made.count(); i++) {
                ObjectNode with = file.deepCopy();
                with.withObject("/" + made.section() + "/" + made.collection())
                        .set("o" + i, random.object(made.section(), made.collection()));
                if (read(with).isPresent()) {
                    file = with;
                }
            }
        }
        return file;
    }

    /** The canary comes last, so that whoever sees it has read all the others. */
    private static void replace(RawEtcd etcd, KeyTree tree, String canary) {
        Map<String, String> others = new TreeMap<>();
        tree.keys().forEach((key, value) -> others.put("traefik/" + key, value));
        Map<String, String> last = new TreeMap<>();
        for (String field : List.of("rule", "service")) {
            String key = "traefik/http/routers/%s/%s".formatted(canary, field);
            last.put(key, others.remove(key));
        }
        etcd.deleteAll();
        etcd.putAll(others);
        etcd.putAll(last);
    }

    private static int count(ObjectNode file) {
        return MADE.stream()
                .mapToInt(made -> file.path(made.section()).path(made.collection()).size())
                .sum();
    }

    /** Traefik builds only what a router uses. */
    private static void use(ObjectNode file, String canary) {
        ObjectNode routers = file.withObject("/http/routers");
        for (String name : names(file, "http", "middlewares")) {
            router(routers, "m-" + name, "base").putArray("middlewares").add(name);
        }
        for (String name : names(file, "http", "services")) {
            router(routers, "s-" + name, name);
        }
        ObjectNode tcp = file.withObject("/tcp/routers");
        for (String name : names(file, "tcp", "middlewares")) {
            router(tcp, "m-" + name, "base")
                    .put("rule", "HostSNI(`*`)")
                    .putArray("middlewares")
                    .add(name);
        }
        for (String name : names(file, "tcp", "services")) {
            router(tcp, "s-" + name, name).put("rule", "HostSNI(`*`)");
        }
        for (String name : names(file, "tls", "options")) {
            router(routers, "t-" + name, "base")
                    .put("rule", "Host(`options-%s`)".formatted(name))
                    .putObject("tls")
                    .put("options", name);
        }
        router(routers, canary, "base");
    }

    private static List<String> names(ObjectNode file, String section, String collection) {
        return file.path(section).path(collection).properties().stream()
                .map(Map.Entry::getKey)
                .toList();
    }

    private static ObjectNode router(ObjectNode routers, String name, String service) {
        ObjectNode router = JsonNodeFactory.instance.objectNode();
        router.put("rule", "Path(`/%s`)".formatted(name)).put("service", service);
        routers.set(name, router);
        return router;
    }

    private static Optional<KeyTree> read(ObjectNode file) throws IOException {
        Path path = Files.writeString(directory.resolve("routes.yaml"), file.toString());
        Routes routes = RouteFiles.read(List.of(path), Set.of("web", "websecure", "dns/udp"));
        return routes instanceof Routes.Valid(KeyTree keys) ? Optional.of(keys) : Optional.empty();
    }
}
