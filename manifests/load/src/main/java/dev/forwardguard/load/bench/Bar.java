package dev.forwardguard.load.bench;

import static dev.forwardguard.load.bench.GuardContender.AUTHENTIK;
import static dev.forwardguard.load.bench.GuardContender.BOT_BLOCK;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A limit for a guard: for the ratio of its median to a peer's, or for its median alone.
 *
 * @param scenario the scenario that measures it
 * @param guard the contender that must meet it
 * @param peer the other side of the ratio; empty for an absolute limit
 * @param atMost whether the limit is an upper one
 */
record Bar(
        String scenario,
        Metric metric,
        String guard,
        Optional<String> peer,
        boolean atMost,
        double limit) {
    private static final Contender SKETCHED = NginxContender.SKETCHED;
    private static final Contender KEPT = NginxContender.KEEP_ALIVE;

    private static final List<Bar> ALWAYS =
            List.of(
                    atMost(1.1, Scenarios.KEEP_ALIVE, Metric.CPU, BOT_BLOCK, KEPT),
                    atMost(0.35, Scenarios.KEEP_ALIVE, Metric.CPU, BOT_BLOCK, SKETCHED),
                    atMost(0.9, Scenarios.KEEP_ALIVE, Metric.CPU, BOT_BLOCK, haproxy()),
                    atMost(1.1, Scenarios.KEEP_ALIVE_AUTHENTIK, Metric.CPU, AUTHENTIK, KEPT),
                    atMost(1.0, Scenarios.LARGE_COOKIE, Metric.CPU, BOT_BLOCK, KEPT),
                    atMost(1.0, Scenarios.LARGE_COOKIE_AUTHENTIK, Metric.CPU, AUTHENTIK, KEPT),
                    atLeast(0.95, Scenarios.KEEP_ALIVE, Metric.RATE, BOT_BLOCK, KEPT),
                    atMost(1.3, Scenarios.NEW_CONNECTIONS, Metric.CPU, BOT_BLOCK, KEPT),
                    atMost(0.9, Scenarios.NEW_CONNECTIONS, Metric.CPU, BOT_BLOCK, SKETCHED),
                    atMost(1.3, Scenarios.STEADY, Metric.P99, BOT_BLOCK, KEPT),
                    atLeast(5, Scenarios.OPEN_CIRCUIT, Metric.RATE, BOT_BLOCK, SKETCHED),
                    atMost(10, Scenarios.HANG, Metric.P99, BOT_BLOCK),
                    atLeast(1_000, Scenarios.LOGIN, Metric.RATE, AUTHENTIK, SKETCHED),
                    atMost(4, Scenarios.ALLOCATION, Metric.ALLOCATED, BOT_BLOCK));

    private static final List<Bar> EVERYDAY =
            List.of(
                    atMost(3, EverydayScenarios.IDLE, Metric.IDLE, BOT_BLOCK),
                    atMost(3, EverydayScenarios.IDLE, Metric.IDLE, AUTHENTIK),
                    atMost(2, EverydayScenarios.paced(100), Metric.CPU, AUTHENTIK, KEPT),
                    atMost(1.5, EverydayScenarios.paced(1_000), Metric.CPU, AUTHENTIK, KEPT),
                    atMost(1.2, EverydayScenarios.visitors(32), Metric.BEHIND, AUTHENTIK, KEPT));

    /** Only one request of a page is relayed, and the others cost less than a relayed one. */
    private static final List<Bar> REMEMBERED =
            List.of(
                    atMost(1, Scenarios.PAGE, Metric.ASKED, Scenarios.REMEMBERING),
                    atMost(0.15, Scenarios.PAGE, Metric.PAGE, Scenarios.REMEMBERING, AUTHENTIK),
                    atMost(0.2, Scenarios.PAGE, Metric.PAGE, Scenarios.REMEMBERING, KEPT),
                    atMost(0.6, Scenarios.REMEMBERED, Metric.CPU, Scenarios.REMEMBERING, AUTHENTIK),
                    atMost(
                            0.9,
                            Scenarios.REMEMBERED,
                            Metric.CPU,
                            Scenarios.REMEMBERING,
                            NginxContender.CACHING));

    /** A ForwardAuth of the build before made Traefik clear 1 MiB for each auth request. */
    private static final double CHAIN = 0.3;

    /** All limits; a chain has one for each other checkout that was measured beside it. */
    static List<Bar> all(Results results) {
        List<Bar> all = new ArrayList<>(ALWAYS);
        all.addAll(EVERYDAY);
        all.addAll(REMEMBERED);
        for (Scenario scenario : results.scenarios()) {
            if (scenario.name().startsWith(GatewayScenarios.PROTECTED)) {
                String chain = scenario.contenders().getFirst().name();
                scenario.contenders().stream()
                        .skip(1)
                        .map(before -> atMost(CHAIN, scenario.name(), Metric.CPU, chain, before))
                        .forEach(all::add);
            }
        }
        return all;
    }

    private static Contender haproxy() {
        return HaproxyContender.INSTANCE;
    }

    private static Bar atMost(
            double limit, String scenario, Metric metric, String guard, Contender peer) {
        return atMost(limit, scenario, metric, guard, peer.name());
    }

    private static Bar atMost(
            double limit, String scenario, Metric metric, String guard, String peer) {
        return new Bar(scenario, metric, guard, Optional.of(peer), true, limit);
    }

    private static Bar atMost(double limit, String scenario, Metric metric, String guard) {
        return new Bar(scenario, metric, guard, Optional.empty(), true, limit);
    }

    private static Bar atLeast(
            double limit, String scenario, Metric metric, String guard, Contender peer) {
        return new Bar(scenario, metric, guard, Optional.of(peer.name()), false, limit);
    }

    /** The measured ratio or median; empty if the scenario was not run. */
    Optional<Double> measured(Results results) {
        double of = results.spread(scenario, guard, metric).median();
        double to = peer.map(other -> results.spread(scenario, other, metric).median()).orElse(1.0);
        return Double.isNaN(of / to) ? Optional.empty() : Optional.of(of / to);
    }

    boolean passes(double measured) {
        return atMost ? measured <= limit : measured >= limit;
    }

    String what() {
        return scenario
                + ": "
                + metric.title()
                + " of "
                + guard
                + peer.map(other -> " / " + other).orElse("");
    }
}
