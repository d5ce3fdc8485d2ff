package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.EdgeGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Middlewares move about, and no visitor gets the application without its guard meanwhile. */
@BesideOthers
final class EdgeNeverOpenIT {
    private static final String GUARD =
            "basicAuth: {users: [\"user:$apr1$Wz5ECRFm$T.NKbdZBO6gAW8ulYzXd70\"]}";

    @TempDir private Path directory;

    @Test
    void inOneTransaction() {
        try (Edge edge = Edge.start(directory)) {
            play(edge, 50, 0, "10000", "one transaction");
        }
    }

    @Test
    void inPhases() {
        try (Edge edge = Edge.start(directory, "--max-txn-ops=48")) {
            play(edge, 15, 30, "48", "transactions");
        }
    }

    /**
     * The router is always guarded by one of its two middlewares, but which one of them is the
     * guard, what they are called, and the name of the router change each time.
     *
     * @param others routers that change, too, so that one transaction is not enough
     */
    private static String yaml(int round, int others) {
        String guard = "m" + (round * 7 % 5);
        String other = "m" + (round * 7 % 5 + 1 + round % 3);
        String router = round % 10 < 5 ? "site" : "page";
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < others; i++) {
            more.append(
                    "    x%d: {loadBalancer: {servers: [{url: \"http://127.0.0.1:%d\"}]}}\n"
                            .formatted(i, 1 + round));
        }
        return """
        http:
          routers:
            %s: {rule: Path(`/site`), entryPoints: [web], priority: 100, middlewares: [%s], service: s%d}
            wide: {rule: PathPrefix(`/`), entryPoints: [web], priority: 1, service: s%3$d}
          middlewares:
            %s: {%s}
            %s: {%s}
          services:
            s%3$d: {loadBalancer: {servers: [{url: APPLICATION}]}}
        """
                        .formatted(
                                router,
                                guard + ", " + other,
                                round % 4,
                                guard,
                                GUARD,
                                other,
                                "headers: {customResponseHeaders: {X-Version: \"%d\"}}"
                                        .formatted(round))
                + more;
    }

    private static void play(Edge edge, int rounds, int others, String limit, String expected) {
        // shows each change, also those that come one right after another
        EdgeGateway gateway = edge.addGateway("--providers.providersThrottleDuration=10ms");
        String canary = gateway.canary().toString();
        apply(edge, yaml(0, others), limit, canary);
        try (var visitors = new Visitors(200, List.of(gateway.web().resolve("/site")))) {
            for (int round = 1; round <= rounds; round++) {
                assertThat(apply(edge, yaml(round, others), limit, canary)).contains(expected);
            }
            Map<String, Integer> answers = visitors.end();
            System.out.println("answers during " + rounds + " changes: " + answers);
            assertThat(answers.keySet()).containsExactly("401");
        }
    }

    private static String apply(Edge edge, String yaml, String limit, String canary) {
        String file = edge.file("site.yaml", yaml);
        return edge.tool()
                .succeed("apply", file, "--prune", "--max-txn-ops", limit, "--wait", canary);
    }
}
