package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.EdgeGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Large trees, and the limits of etcd. */
final class EdgeLimitsIT {
    @TempDir private Path directory;

    @Test
    void oneRouteOfTwoThousandIsOneTransaction() {
        try (Edge edge = Edge.start(directory, "--max-txn-ops=20000")) {
            List<EdgeGateway> gateways = List.of(edge.addGateway(), edge.addGateway());
            String[] urls =
                    gateways.stream().map(each -> each.canary().toString()).toArray(String[]::new);
            String yaml = Sites.yaml(2_000, "a");
            measure(edge, "2,000 new routers", yaml, urls);
            for (int i = 0; i < 3; i++) {
                String moved = yaml.replace("`/site7`", "`/moved" + i + "`");
                assertThat(measure(edge, "one of 2,000 changed", moved, urls))
                        .contains("~ http.routers.site7 (rule)", "one transaction");
                for (EdgeGateway each : gateways) {
                    assertThat(edge.get(each, "/moved" + i)).isEqualTo("200 application");
                }
            }
        }
    }

    private static String measure(Edge edge, String what, String yaml, String[] urls) {
        String file = edge.file("sites.yaml", yaml);
        long start = System.nanoTime();
        String output = edge.tool().succeed("apply", file, "--prune", "--wait", urls[0], urls[1]);
        System.out.printf(
                "%s, start of the program to both gateways: %d ms%n",
                what, (System.nanoTime() - start) / 1_000_000);
        return output;
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
