package dev.forwardguard.load.bench;

import static dev.forwardguard.load.bench.BenchUpstream.BOT_BLOCK_PATH;
import static dev.forwardguard.load.bench.BenchUpstream.OUTPOST_PATH;
import static dev.forwardguard.load.bench.BenchUpstream.PAGE_BYTES;
import static dev.forwardguard.load.bench.BenchUpstream.PAGE_PATH;
import static dev.forwardguard.load.bench.BenchUpstream.VERDICT;

import dev.forwardguard.load.bench.GuardContender.Capacity;
import dev.forwardguard.testing.StubUpstream;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * All scenarios, with their contenders.
 *
 * @param costly an upstream whose verdicts cost something
 * @param closedPort a port that refuses connections
 * @param checkouts whose guards are measured; the first one is this checkout
 */
record Scenarios(
        BenchUpstream upstream,
        CostlyUpstream costly,
        StubUpstream hanging,
        int closedPort,
        List<Path> checkouts) {
    static final String KEEP_ALIVE = "keep-alive";
    static final String KEEP_ALIVE_AUTHENTIK = "keep-alive-authentik";
    static final String LARGE_COOKIE = "large-cookie";
    static final String LARGE_COOKIE_AUTHENTIK = "large-cookie-authentik";
    static final String NEW_CONNECTIONS = "new-connections";
    static final String STEADY = "steady";
    static final String REFUSALS = "refusals";
    static final String OPEN_CIRCUIT = "open-circuit";
    static final String HANG = "hang";
    static final String LOGIN = "login";
    static final String PASS_THROUGH = "pass-through";
    static final String ALLOCATION = "allocation";
    static final String REMEMBERED = "remembered";
    static final String PAGE = "page";

    /** authentik-guard with verdicts.reuse and verdicts.survive-outage. */
    static final String REMEMBERING = GuardContender.AUTHENTIK + ", remembering";

    private static final String SCALING = "scaling-";

    private static final int COOKIE = 1_500;
    private static final int LARGE = 16 * 1024;
    private static final Saturation SATURATED = new Saturation(64, false);

    /** By 64 visitors in turn: one may take only a few of the pass-through's places. */
    private static final Saturation FROM_MANY = new Saturation(64, false, 64);

    private static final int SESSIONS = 200;
    private static final int PARTS = 60;
    private static final int CONNECTIONS_OF_BROWSER = 6;

    /** nginx hashes for each request, and needs seconds for a queue of 64. */
    private static final Saturation FEW = new Saturation(8, false);

    /** The standard scenarios, without scaling, in the order of the tables. */
    List<Scenario> standard() {
        return List.of(
                verdicts(KEEP_ALIVE, "Keep-alive, 64 connections, cookie of 1.5 KB", COOKIE),
                identities(
                        KEEP_ALIVE_AUTHENTIK,
                        "The same, answered with authentik's 12 headers; cookies are passed on",
                        COOKIE),
                verdicts(LARGE_COOKIE, "Keep-alive, 64 connections, cookie of 16 KB", LARGE),
                identities(
                        LARGE_COOKIE_AUTHENTIK,
                        "The same, answered with authentik's 12 headers; cookies are passed on",
                        LARGE),
                new Scenario(
                        NEW_CONNECTIONS,
                        "A new connection for each request, cookie of 1.5 KB",
                        all(GuardContender.BOT_BLOCK),
                        upstream.allowing(),
                        VisitorRequest.at(BOT_BLOCK_PATH, COOKIE),
                        ALLOWED,
                        new Saturation(64, true)),
                new Scenario(
                        STEADY,
                        "2,000 requests/s, each timed from when it was due",
                        all(GuardContender.BOT_BLOCK),
                        upstream.allowing(),
                        VisitorRequest.at(BOT_BLOCK_PATH, COOKIE),
                        ALLOWED,
                        new Steady(2_000)),
                new Scenario(
                        REFUSALS,
                        "The upstream answers 403",
                        all(GuardContender.BOT_BLOCK),
                        upstream.refusing(),
                        VisitorRequest.at(BOT_BLOCK_PATH, COOKIE),
                        new Expected(403, "X-Verdict", "refused", VERDICT.length()),
                        SATURATED),
                openCircuit(),
                hang(),
                login(),
                new Scenario(
                        PASS_THROUGH,
                        "A page of 100 KB passed through",
                        all(GuardContender.AUTHENTIK),
                        upstream.allowing(),
                        VisitorRequest.ofManyVisitors(PAGE_PATH, COOKIE),
                        new Expected(200, "X-Verdict", "page", PAGE_BYTES),
                        FROM_MANY),
                new Scenario(
                        ALLOCATION,
                        "Allocated on the heap, keep-alive, cookie of 1.5 KB",
                        List.copyOf(guards(GuardContender.BOT_BLOCK, Capacity.DEFAULT)),
                        upstream.allowing(),
                        VisitorRequest.at(BOT_BLOCK_PATH, COOKIE),
                        ALLOWED,
                        new Allocation(SATURATED)),
                remembered(
                        REMEMBERED,
                        "Verdicts that are remembered or relayed, 64 connections, %d sessions"
                                .formatted(SESSIONS),
                        upstream.allowing(),
                        new Saturation(64, false, SESSIONS)),
                remembered(
                        PAGE,
                        "A page of %d parts over %d connections, each page in a session of its own"
                                        .formatted(PARTS, CONNECTIONS_OF_BROWSER)
                                + "; a verdict costs the upstream 0.5 ms",
                        costly.port(),
                        new Pages(costly, PARTS, CONNECTIONS_OF_BROWSER)));
    }

    private Scenario remembered(String name, String title, int upstreamPort, Trial trial) {
        List<Contender> contenders =
                new ArrayList<>(
                        List.of(
                                NginxContender.KEEP_ALIVE,
                                NginxContender.CACHING,
                                HaproxyContender.INSTANCE));
        List<GuardContender> guards = guards(GuardContender.AUTHENTIK, Capacity.DEFAULT);
        contenders.addAll(guards);
        contenders.add(guards.getFirst().with(", remembering", VERDICTS));
        return new Scenario(
                name,
                title,
                contenders,
                upstreamPort,
                VisitorRequest.withSession(OUTPOST_PATH, COOKIE),
                SOMEBODY,
                trial);
    }

    /**
     * From one connection to a thousand, from no cookie to 64 KB, with one event loop and two. The
     * guard has a larger heap where the load exceeds what it is sized for in its image.
     */
    List<Scenario> scaling() {
        List<Scenario> all = new ArrayList<>();
        for (int connections : new int[] {1, 10, 100, 1_000}) {
            all.add(
                    scaling(
                            connections + "-connections",
                            "%,d connections, cookie of 1.5 KB".formatted(connections),
                            connections,
                            COOKIE,
                            connections > 256 ? Capacity.LARGE : Capacity.DEFAULT));
        }
        for (int kib : new int[] {0, 4, 16, 64}) {
            all.add(
                    scaling(
                            kib + "-kib",
                            "64 connections, cookie of %d KB".formatted(kib),
                            64,
                            kib * 1024,
                            kib > 16 ? Capacity.LARGE : Capacity.DEFAULT));
        }
        return all;
    }

    /** To requests with a session: each has a user of its own. */
    private static final Expected SOMEBODY = new Expected(200, "X-authentik-name", "Alice", 0);

    private static final Expected USER = new Expected(200, "X-authentik-username", "alice", 0);
    private static final String VERDICTS =
            """
            verdicts:
              reuse: 10s
              survive-outage: 1h
            """;
    private static final Expected ALLOWED = new Expected(200, "X-Verdict", "allowed", 0);

    private Scenario scaling(
            String name, String title, int connections, int cookie, Capacity capacity) {
        List<Contender> contenders = new ArrayList<>(List.of(NginxContender.KEEP_ALIVE));
        contenders.addAll(guards(GuardContender.BOT_BLOCK, capacity));
        contenders.add(
                new GuardContender(
                        GuardContender.BOT_BLOCK,
                        checkouts.getFirst(),
                        ", 2 event loops",
                        2,
                        capacity));
        return new Scenario(
                SCALING + name,
                capacity == Capacity.LARGE ? title + "; guards with a larger heap" : title,
                contenders,
                upstream.allowing(),
                VisitorRequest.at(BOT_BLOCK_PATH, cookie),
                ALLOWED,
                new Saturation(connections, false));
    }

    private Scenario verdicts(String name, String title, int cookie) {
        return new Scenario(
                name,
                title,
                all(GuardContender.BOT_BLOCK),
                upstream.allowing(),
                VisitorRequest.at(BOT_BLOCK_PATH, cookie),
                ALLOWED,
                SATURATED);
    }

    private Scenario identities(String name, String title, int cookie) {
        return new Scenario(
                name,
                title,
                all(GuardContender.AUTHENTIK),
                upstream.allowing(),
                VisitorRequest.at(OUTPOST_PATH, cookie),
                USER,
                SATURATED);
    }

    private Scenario openCircuit() {
        return new Scenario(
                OPEN_CIRCUIT,
                "Fallback: the upstream refuses connections, the guard's circuit is open",
                guardsAnd(
                        GuardContender.BOT_BLOCK,
                        NginxContender.SKETCHED,
                        NginxContender.KEEP_ALIVE),
                closedPort,
                VisitorRequest.at(BOT_BLOCK_PATH, COOKIE),
                new Expected(200, "X-Guard-Fallback", "circuit_open", 0),
                SATURATED);
    }

    private Scenario hang() {
        return new Scenario(
                HANG,
                "Hung upstream, 200 requests/s, once the circuit is open",
                guardsAnd(GuardContender.BOT_BLOCK, NginxContender.KEEP_ALIVE),
                hanging.port(),
                VisitorRequest.at(BOT_BLOCK_PATH, 0),
                new Expected(403, "Content-Length", "7", 7),
                new Hanging(hanging, 200));
    }

    private Scenario login() {
        String credentials = "alice:" + BenchRig.PASSWORD;
        byte[] bytes = credentials.getBytes(StandardCharsets.UTF_8);
        return new Scenario(
                LOGIN,
                "Emergency Access while the upstream is down: bcrypt with cost 12, one user, again"
                        + " and again",
                guardsAnd(GuardContender.AUTHENTIK, NginxContender.SKETCHED),
                closedPort,
                VisitorRequest.at(OUTPOST_PATH, COOKIE)
                        .with(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(bytes)),
                USER,
                FEW);
    }

    private List<Contender> all(String guard) {
        return guardsAnd(
                guard,
                NginxContender.SKETCHED,
                NginxContender.KEEP_ALIVE,
                HaproxyContender.INSTANCE);
    }

    private List<Contender> guardsAnd(String guard, Contender... others) {
        List<Contender> all = new ArrayList<>(List.of(others));
        all.addAll(guards(guard, Capacity.DEFAULT));
        return all;
    }

    /** This guard of each checkout; the first one is this checkout. */
    private List<GuardContender> guards(String program, Capacity capacity) {
        List<GuardContender> guards = new ArrayList<>();
        for (Path checkout : checkouts) {
            String label = guards.isEmpty() ? "" : " of " + checkout.getFileName();
            guards.add(new GuardContender(program, checkout, label, 1, capacity));
        }
        return guards;
    }
}
