package dev.forwardguard.load.bench;

import static dev.forwardguard.load.bench.GuardContender.AUTHENTIK;
import static dev.forwardguard.load.bench.GuardContender.BOT_BLOCK;
import static dev.forwardguard.load.bench.TraefikContender.AUTHENTIK_SERVICE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A day of a usual site: nobody at all, a few requests a second, or a real Traefik with visitors.
 * Unlike in the other scenarios nothing has a core of its own: guard, nginx and Traefik may use
 * both cores, and a guard has as many event loops as it likes. They do not run by default, because
 * they take long.
 *
 * @param checkouts whose guards are measured; the first one is this checkout
 * @param image whether guards run from their images
 */
record EverydayScenarios(BenchUpstream upstream, List<Path> checkouts, boolean image) {
    static final String PREFIX = "everyday-";
    static final String IDLE = PREFIX + "idle";

    private static final int CONNECTIONS = 8;
    private static final int COOKIE = 1_500;

    static String paced(int rate) {
        return PREFIX + rate + "-per-second";
    }

    static String visitors(int visitors) {
        return PREFIX + visitors + "-visitors";
    }

    List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        List<Contender> both = new ArrayList<>(guards(BOT_BLOCK));
        both.addAll(guards(AUTHENTIK));
        all.add(
                scenario(
                        IDLE,
                        "Nobody asks for anything",
                        withNginx(both),
                        BenchUpstream.OUTPOST_PATH,
                        new Idle()));
        for (int rate : new int[] {20, 100, 1_000}) {
            all.add(
                    scenario(
                            paced(rate),
                            "%,d requests/s on %d kept connections".formatted(rate, CONNECTIONS),
                            withNginx(guards(AUTHENTIK)),
                            BenchUpstream.OUTPOST_PATH,
                            new Paced(rate, CONNECTIONS)));
        }
        for (int visitors : new int[] {4, 32}) {
            all.add(
                    new Scenario(
                            visitors(visitors),
                            "Behind Traefik, %d visitors without a pause".formatted(visitors),
                            withNginx(guards(AUTHENTIK)).stream().map(this::behindTraefik).toList(),
                            upstream.allowing(),
                            VisitorRequest.toApplication(COOKIE),
                            GatewayScenarios.PAGE,
                            new Saturation(visitors, false)));
        }
        return all;
    }

    private Scenario scenario(
            String name, String title, List<Contender> contenders, String path, Trial trial) {
        return new Scenario(
                name,
                title,
                contenders,
                upstream.allowing(),
                VisitorRequest.at(path, COOKIE),
                new Expected(200, "X-authentik-username", "alice", 0),
                trial);
    }

    private static List<Contender> withNginx(List<Contender> guards) {
        List<Contender> all = new ArrayList<>(List.of(NginxContender.UNPINNED));
        all.addAll(guards);
        return all;
    }

    private List<Contender> guards(String program) {
        List<Contender> guards = new ArrayList<>();
        for (Path checkout : checkouts) {
            String label = guards.isEmpty() ? "" : " of " + checkout.getFileName();
            guards.add(GuardContender.asShipped(program, checkout, label, image));
        }
        return guards;
    }

    /** The middlewares are those of this checkout, whatever guard is behind them. */
    private Contender behindTraefik(Contender server) {
        return new TraefikContender(
                server.name(),
                checkouts.getFirst(),
                upstream.application(),
                List.of("guard-authentik"),
                Map.of(AUTHENTIK_SERVICE, server),
                false);
    }
}
