package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.EdgeGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * The tool is killed between each of its requests and the next one: nothing is open, and the next
 * apply finishes what was begun.
 */
final class EdgeKillIT {
    private static final int SITES = 8;

    private static final String NUMBER =
            "traefik/http/middlewares/edge-revision/headers/customResponseHeaders/X-Edge-Revision";

    private static final String GUARD_OF = "traefik/http/routers/site%d/middlewares/0";

    @TempDir private Path directory;

    @Test
    void oneTransactionIsThereOrNot() {
        try (Edge edge = Edge.start(directory)) {
            assertThat(play(edge, "10000")).isEqualTo(Set.of(1));
        }
    }

    @Test
    void whatIsBetweenTwoPhasesIsInOrder() {
        try (Edge edge = Edge.start(directory, "--max-txn-ops=24")) {
            assertThat(play(edge, "24")).isEqualTo(Set.of(1, 2));
        }
    }

    /** Router and service {@code site0} and so on; each router has a guard of this version. */
    private static String yaml(String version) {
        StringBuilder routers = new StringBuilder();
        StringBuilder guards = new StringBuilder();
        StringBuilder services = new StringBuilder();
        for (int i = 0; i < SITES; i++) {
            routers.append(
                    "    site%d: {rule: Path(`/site%1$d`), entryPoints: [web], middlewares: [%s-%1$d], service: site%1$d}\n"
                            .formatted(i, version));
            guards.append(
                    "    %s-%d: {basicAuth: {users: [\"user:$apr1$Wz5ECRFm$T.NKbdZBO6gAW8ulYzXd70\"]}}\n"
                            .formatted(version, i));
            services.append(
                    "    site%d: {loadBalancer: {servers: [{url: \"APPLICATION\"}]}}\n"
                            .formatted(i));
        }
        return "http:\n  routers:\n%s  middlewares:\n%s  services:\n%s"
                .formatted(routers, guards, services);
    }

    /**
     * Each router gets another guard, and the former guards go.
     *
     * @return how many versions there were at once
     */
    private Set<Integer> play(Edge edge, String limit) {
        // shows each state, also those that last for a moment
        EdgeGateway gateway = edge.addGateway("--providers.providersThrottleDuration=10ms");
        List<String> files =
                List.of(edge.file("a.yaml", yaml("a")), edge.file("b.yaml", yaml("b")));
        String canary = gateway.canary().toString();
        Set<Integer> versionsAtOnce = new TreeSet<>();
        try (var relay = new FatalRelay(edge.etcd().first().url())) {
            var tool = new EdgeRoutes(directory, Map.of("EDGE_ETCD_ENDPOINTS", relay.url()));
            apply(tool, files.get(0), limit, canary);
            relay.forgive();
            apply(tool, files.get(1), limit, canary);
            int requests = relay.requests();
            int changes = 1;
            try (var visitors = new Visitors(100, List.of(gateway.web().resolve("/site0")))) {
                for (int request = 1; request <= requests; request++) {
                    String file = files.get(++changes % 2);
                    long before = number(edge.raw().all());
                    killAt(relay, request, tool, file, limit);
                    versionsAtOnce.add(checked(edge, gateway, before));
                    apply(tool, file, limit, canary);
                    assertThat(versions(edge.raw().all()))
                            .containsExactly(changes % 2 == 0 ? "a" : "b");
                }
                Map<String, Integer> answers = visitors.end();
                System.out.printf("killed at each of %d requests: %s%n", requests, answers);
                assertThat(answers.keySet()).containsExactly("401");
            }
        }
        return versionsAtOnce;
    }

    private static void apply(EdgeRoutes tool, String file, String limit, String canary) {
        tool.succeed("apply", file, "--prune", "--max-txn-ops", limit, "--wait", canary);
    }

    private static void killAt(
            FatalRelay relay, int request, EdgeRoutes tool, String file, String limit) {
        var started = new CompletableFuture<ChildProcess>();
        relay.killAt(request, () -> started.join().kill());
        try (var process = tool.start("apply", file, "--prune", "--max-txn-ops", limit)) {
            started.complete(process);
            assertThat(process.awaitExit(Duration.ofMinutes(1)))
                    .as(process.output())
                    .isEqualTo(137);
        }
        relay.forgive();
    }

    /** Checks that what is there is in order, and returns how many versions there are. */
    private static int checked(Edge edge, EdgeGateway gateway, long before) {
        SortedMap<String, String> keys = edge.raw().all();
        for (int i = 0; i < SITES; i++) {
            String guard = keys.get(GUARD_OF.formatted(i));
            assertThat(keys)
                    .containsKey("traefik/http/middlewares/%s/basicAuth/users/0".formatted(guard));
        }
        Set<String> versions = versions(keys);
        if (number(keys) == before) {
            var canary = edge.send(gateway.canary().resolve("/edge-revision"));
            assertThat(canary.headers().firstValueAsLong("X-Edge-Revision")).hasValue(before);
        } else {
            assertThat(versions).hasSize(1);
            assertThat(keys.keySet())
                    .filteredOn(each -> each.endsWith("/basicAuth/users/0"))
                    .hasSize(SITES);
        }
        return versions.size();
    }

    private static long number(SortedMap<String, String> keys) {
        return Long.parseLong(requireNonNull(keys.get(NUMBER)));
    }

    private static Set<String> versions(SortedMap<String, String> keys) {
        Set<String> versions = new TreeSet<>();
        for (int i = 0; i < SITES; i++) {
            versions.add(requireNonNull(keys.get(GUARD_OF.formatted(i))).substring(0, 1));
        }
        return versions;
    }
}
