package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.servers.EdgeGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** The tool is killed at any point of its work. */
final class EdgeKillIT {
    private static final int ROUNDS = 16;
    private static final String HEADER = "/headers/customResponseHeaders/X-Version";
    private static final String NUMBER =
            "traefik/http/middlewares/edge-revision/headers/customResponseHeaders/X-Edge-Revision";

    @TempDir private Path directory;

    @Test
    void oneTransactionIsThereOrNot() {
        try (Edge edge = Edge.start(directory)) {
            play(edge, 50, Set.of(1));
        }
    }

    @Test
    void whatIsBetweenTwoPhasesIsInOrder() {
        try (Edge edge = Edge.start(directory, "--max-txn-ops=20")) {
            play(edge, 50, Set.of(1, 2));
        }
    }

    private void play(Edge edge, int sites, Set<Integer> versionsAtOnce) {
        EdgeGateway gateway = edge.addGateway();
        String canary = gateway.canary().toString();
        String[] files = {
            edge.file("a.yaml", Sites.yaml(sites, "a")), edge.file("b.yaml", Sites.yaml(sites, "b"))
        };
        String limit = versionsAtOnce.size() == 1 ? "10000" : "20";
        long start = System.nanoTime();
        edge.tool().succeed("apply", files[0], "--max-txn-ops", limit, "--wait", canary);
        long usual = (System.nanoTime() - start) / 1_000_000;
        Random random = new Random(26);
        int written = 0;
        for (int i = 1; i <= ROUNDS; i++) {
            String number = requireNonNull(edge.raw().all().get(NUMBER));
            try (var process = edge.tool().start("apply", files[i % 2], "--max-txn-ops", limit)) {
                Edge.pause(usual / 4 + random.nextLong(usual));
                process.kill();
            }
            SortedMap<String, String> after = edge.raw().all();
            Set<String> versions = versions(after);
            assertThat(versions.size()).isIn(versionsAtOnce);
            if (number.equals(after.get(NUMBER))) {
                assertThat(
                                edge.send(gateway.canary().resolve("/edge-revision"))
                                        .headers()
                                        .firstValue("X-Edge-Revision"))
                        .hasValue(number);
            } else {
                assertThat(versions).hasSize(1);
                written++;
            }
            edge.tool().succeed("apply", files[i % 2], "--max-txn-ops", limit, "--wait", canary);
            assertThat(versions(edge.raw().all())).containsExactly(i % 2 == 0 ? "a" : "b");
        }
        System.out.printf(
                "killed %d times: %d before the end of the write, %d after it%n",
                ROUNDS, ROUNDS - written, written);
    }

    private static Set<String> versions(SortedMap<String, String> keys) {
        Set<String> versions = new TreeSet<>();
        keys.forEach(
                (key, value) -> {
                    if (key.endsWith(HEADER)) {
                        versions.add(value);
                    }
                });
        return versions;
    }
}
