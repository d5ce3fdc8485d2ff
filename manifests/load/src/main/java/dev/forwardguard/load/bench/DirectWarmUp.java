package dev.forwardguard.load.bench;

import java.time.Duration;
import java.util.List;

/**
 * Warms up a guard without Traefik in front of it. It takes tens of thousands of requests until a
 * guard is compiled; at the pace of Traefik, above all with the chain of an earlier build, the
 * warm-up would end before that, and a guard would count for twice what it needs.
 */
final class DirectWarmUp {
    private static final int CONNECTIONS = 64;
    private static final int COOKIE = 1_500;
    private static final Duration LENGTH = Duration.ofSeconds(10);

    private DirectWarmUp() {}

    /** Sends auth requests on kept connections, then each on a new one, as Traefik does both. */
    static void of(Running guard, int upstream, String path) {
        for (boolean fresh : new boolean[] {false, true}) {
            var load = new Saturation(CONNECTIONS, fresh);
            var scenario =
                    new Scenario(
                            "warm-up",
                            "",
                            List.of(),
                            upstream,
                            VisitorRequest.at(path, COOKIE),
                            // wrk counts other responses; nobody reads that here
                            new Expected(200, "X-Verdict", "allowed", 0),
                            load);
            load.measure(guard, scenario, LENGTH);
        }
    }
}
