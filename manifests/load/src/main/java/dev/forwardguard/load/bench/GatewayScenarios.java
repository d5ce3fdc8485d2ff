package dev.forwardguard.load.bench;

import static dev.forwardguard.load.bench.TraefikContender.AUTHENTIK_SERVICE;
import static dev.forwardguard.load.bench.TraefikContender.BOT_BLOCK_SERVICE;

import dev.forwardguard.load.bench.GuardContender.Capacity;
import dev.forwardguard.servers.rendered.HomelabTraefik;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The scenarios with a real Traefik, which do not run by default: they need longer, and programs
 * that the others do not need. What is measured is Traefik and the server behind it together. The
 * rows of a scenario share all but what answers the auth requests, or the checkout.
 *
 * @param checkouts whose chains are measured; the first one is this checkout
 */
record GatewayScenarios(BenchUpstream upstream, List<Path> checkouts) {
    static final String PREFIX = "gateway-";

    /** The scenarios of the whole chain. */
    static final String PROTECTED = PREFIX + "protected-";

    static final int COOKIE = 1_500;
    static final Expected PAGE =
            new Expected(200, "X-Application", "page", BenchUpstream.APPLICATION_PAGE.length());

    /** A load, with the end of its scenario's name and of its title. */
    private record Visits(String name, String title, Trial trial) {
        static Visits saturated(int visitors) {
            return new Visits(
                    visitors + "-visitors",
                    visitors + " visitors without a pause",
                    new Saturation(visitors, false));
        }

        static Visits paced(int rate) {
            return new Visits(
                    rate + "-per-second", "%,d requests/s".formatted(rate), new Steady(rate));
        }
    }

    List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        List<Contender> one = oneForwardAuth();
        for (Visits visits : both(Visits.paced(100), Visits.paced(1_000))) {
            all.add(scenario(PREFIX, "Traefik and ForwardAuth", one, visits));
        }
        List<Contender> chains = chains();
        // not 1,000/s, for which one core was too slow with the chain of earlier builds
        for (Visits visits : both(Visits.paced(100))) {
            all.add(
                    scenario(
                            PROTECTED,
                            "Traefik and the chain " + HomelabTraefik.PROTECTED,
                            chains,
                            visits));
        }
        return all;
    }

    private static List<Visits> both(Visits... paced) {
        List<Visits> all = new ArrayList<>(List.of(Visits.saturated(2), Visits.saturated(32)));
        all.addAll(List.of(paced));
        return all;
    }

    private Scenario scenario(
            String prefix, String title, List<Contender> contenders, Visits visits) {
        return new Scenario(
                prefix + visits.name(),
                title + ", " + visits.title(),
                contenders,
                upstream.allowing(),
                VisitorRequest.toApplication(COOKIE),
                PAGE,
                visits.trial());
    }

    private List<Contender> oneForwardAuth() {
        Path here = checkouts.getFirst();
        return List.of(
                new TraefikContender(
                        "no ForwardAuth", here, upstream.website(), List.of(), Map.of(), true),
                forwardAuth("to the upstream", Map.of()),
                forwardAuth(
                        "to nginx with keep-alive",
                        Map.of(AUTHENTIK_SERVICE, NginxContender.KEEP_ALIVE)),
                forwardAuth(
                        "to authentik-guard",
                        Map.of(AUTHENTIK_SERVICE, guard(GuardContender.AUTHENTIK, here))));
    }

    private Contender forwardAuth(String name, Map<String, Contender> behind) {
        return new TraefikContender(
                name,
                checkouts.getFirst(),
                upstream.application(),
                List.of("guard-authentik"),
                behind,
                true);
    }

    private List<Contender> chains() {
        List<Contender> chains = new ArrayList<>();
        for (Path checkout : checkouts) {
            chains.add(
                    new TraefikContender(
                            chains.isEmpty()
                                    ? "protected"
                                    : "protected of " + checkout.getFileName(),
                            checkout,
                            upstream.application(),
                            List.of(HomelabTraefik.PROTECTED),
                            Map.of(
                                    BOT_BLOCK_SERVICE,
                                    guard(GuardContender.BOT_BLOCK, checkout),
                                    AUTHENTIK_SERVICE,
                                    guard(GuardContender.AUTHENTIK, checkout)),
                            true));
        }
        return chains;
    }

    private static Contender guard(String program, Path checkout) {
        return new GuardContender(program, checkout, "", 1, Capacity.DEFAULT);
    }
}
