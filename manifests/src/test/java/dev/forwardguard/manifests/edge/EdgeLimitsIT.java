package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.EdgeGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Large trees, and the limits of etcd. */
final class EdgeLimitsIT {
    @TempDir private Path directory;

    @Test
    void oneRouteOfTwoThousandIsServedAtOnce() {
        try (Edge edge = Edge.start(directory, "--max-txn-ops=20000")) {
            List<EdgeGateway> gateways = List.of(edge.addGateway(), edge.addGateway());
            String yaml = Sites.yaml(2_000, "a");
            change(edge, yaml, gateways, "/site7");
            List<Long> rested = new ArrayList<>();
            List<Long> atOnce = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Edge.pause(3_000);
                rested.add(move(edge, yaml, gateways, "/rested" + i));
                atOnce.add(move(edge, yaml, gateways, "/at-once" + i));
            }
            System.out.printf("served, in ms: %s after a rest, %s at once%n", rested, atOnce);
            // Traefik lets each of them wait for two seconds more if it takes more than one event
            // to tell it. The fastest, because other tests run beside this one
            assertThat(Collections.min(rested)).isLessThan(2_000);
            assertThat(Collections.min(atOnce)).isLessThan(4_000);

            List<URI> sites = gateways.stream().map(each -> each.web().resolve("/site1")).toList();
            try (var visitors = new Visitors(500, sites)) {
                long first = move(edge, yaml, gateways, "/first-under-load");
                long second = move(edge, yaml, gateways, "/second-under-load");
                Map<String, Integer> answers = visitors.end();
                System.out.printf("under load: %d and %d ms, %s%n", first, second, answers);
                assertThat(answers.keySet()).containsExactly("200");
            }
        }
    }

    private static long move(Edge edge, String yaml, List<EdgeGateway> gateways, String path) {
        return change(edge, yaml.replace("`/site7`", "`" + path + "`"), gateways, path);
    }

    /** Returns the milliseconds from the transaction until all gateways serve this path. */
    private static long change(Edge edge, String yaml, List<EdgeGateway> gateways, String path) {
        String file = edge.file("sites.yaml", yaml);
        try (var process = edge.tool().start("apply", file, "--prune")) {
            process.await("transaction", () -> process.output().contains("applied in"));
            long start = System.nanoTime();
            assertThat(process.output()).contains("applied in one transaction");
            for (EdgeGateway each : gateways) {
                Edge.await(path, () -> edge.get(each, path).equals("200 application"));
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            assertThat(process.awaitExit(Duration.ofMinutes(1))).isZero();
            return millis;
        }
    }

    @Test
    void aForeignEtcdTakesItInPhases() {
        try (Edge edge = Edge.start(directory)) {
            EdgeGateway gateway = edge.addGateway();
            String canary = gateway.canary().toString();
            String file = edge.file("sites.yaml", Sites.yaml(100, "a"));

            assertThat(edge.tool().succeed("apply", file, "--wait", canary))
                    .containsPattern("applied in [0-9]+ transactions");
            assertThat(edge.get(gateway, "/site99")).isEqualTo("200 application");

            // one router takes the path of each other one: that cannot be divided
            String moved =
                    edge.file("moved.yaml", Sites.yaml(100, "a").replace("Path(", "PathPrefix("));
            EdgeRoutes.Result result = edge.tool().run("apply", moved);
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.output()).contains("--max-txn-ops=");
            assertThat(edge.tool().succeed("diff", file)).contains("no difference");
        }
    }

    @Test
    void aFullDatabaseIsSaid() {
        try (Edge edge = Edge.start(directory, "--quota-backend-bytes=1000000")) {
            Edge.await(
                    "full database",
                    () -> {
                        edge.raw()
                                .post(
                                        "/v3/kv/put",
                                        Map.of("key", "b3RoZXI=", "value", "QUFB".repeat(20_000)));
                        return edge.raw()
                                        .post(
                                                "/v3/kv/put",
                                                Map.of("key", "b3RoZXI=", "value", "QUFB"))
                                        .statusCode()
                                == 429;
                    });

            EdgeRoutes.Result result =
                    edge.tool().run("apply", edge.file("sites.yaml", Sites.yaml(3, "a")));

            assertThat(result.status()).isEqualTo(3);
            assertThat(result.output()).contains("full", "compact", "defrag", "alarm disarm");
        }
    }
}
