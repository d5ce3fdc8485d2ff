package dev.forwardguard.manifests;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.ClockFile;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A gateway, both guards as processes, and stubs of their upstreams and of an application. */
final class GatewayFixture implements AutoCloseable {
    static final String EMERGENCY_USER = "admin";
    static final String EMERGENCY_PASSWORD = basic(EMERGENCY_USER + ":open:sesame");
    static final String WRONG_PASSWORD = basic(EMERGENCY_USER + ":open:barley");

    static final String HTPASSWD =
            """
            admin:$2y$05$Vhovx/6t6LX1oy62GmlM0.UnZPEV2fT381Lm6MrRGXZThmkBEpLk6
            reader:$2y$05$Vhovx/6t6LX1oy62GmlM0.UnZPEV2fT381Lm6MrRGXZThmkBEpLk6
            """;
    private static final String GUARDED_PATHS =
            "guarded-paths: [/outpost.goauthentik.io/auth/traefik, /outpost.goauthentik.io/auth/caddy,"
                    + " /outpost.goauthentik.io/auth/nginx, /outpost.goauthentik.io/auth/envoy/*]\n";

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final StubUpstream poisonFountain = started(StubUpstream.start());
    private final StubUpstream outpost = started(StubUpstream.start());
    private final StubUpstream application = started(StubUpstream.start());
    private final GuardProcess botBlockGuard;
    private final GuardProcess authentikGuard;
    private final Gateway.Running gateway;
    private final TlsTunnel tunnel;

    private GatewayFixture(Gateway kind, Path directory, Guards guards) {
        recover();
        botBlockGuard =
                started(guards.start("bot-block-guard", directory, settings(poisonFountain, "")));
        authentikGuard =
                started(
                        guards.start(
                                "authentik-guard", directory, settings(outpost, GUARDED_PATHS)));
        gateway = kind.start(directory, addresses());
        started(gateway.process());
        gateway.process().awaitListening(gateway.httpsPort());
        botBlockGuard.awaitHealthy();
        authentikGuard.awaitHealthy();
        tunnel = started(TlsTunnel.open(gateway.httpsPort(), gateway.trusted()));
        // the first requests to a cold guard may miss its deadline
        Eventually.until("a page", () -> ask(pageWithSession()).status() == 200);
        forget();
    }

    /** Where a gateway finds the guards and the applications. */
    Map<String, String> addresses() {
        return Map.of(
                "bot-block-guard:8080", "127.0.0.1:" + botBlockGuard.port(),
                "authentik-guard:9000", "127.0.0.1:" + authentikGuard.port(),
                "application:8080", "127.0.0.1:" + application.port(),
                "website:8080", "127.0.0.1:" + application.port());
    }

    static GatewayFixture behind(Gateway gateway, Path directory) {
        return new GatewayFixture(
                gateway,
                directory,
                (name, here, settings) -> GuardProcess.start(name, here, settings, HTPASSWD));
    }

    /** The same with guards whose clock the test moves. */
    static GatewayFixture behind(Gateway gateway, Path directory, ClockFile clock) {
        return new GatewayFixture(
                gateway,
                directory,
                (name, here, settings) ->
                        GuardProcess.start(name, here, settings, HTPASSWD, clock));
    }

    /** How guards are started. */
    @FunctionalInterface
    private interface Guards {
        GuardProcess start(String name, Path directory, String settings);
    }

    static String settings(StubUpstream upstream, String more) {
        // the circuit must not open: failures of one test must not affect the next one
        return "upstream: {url: '%s', deadline: 1s}\n".formatted(upstream.uri())
                + "breaker: {consecutive-failures: 1000000, minimum-calls: 1000000}\n"
                + more;
    }

    /** Changes the section {@code emergency} of authentik-guard's settings. */
    void emergency(String section) {
        authentikSettings("emergency: {" + section + "}\n");
    }

    /** Adds to authentik-guard's settings, in place of what was added before. */
    void authentikSettings(String more) {
        authentikGuard.settings(settings(outpost, GUARDED_PATHS + more));
    }

    /** Removes all emergency users, or restores them. */
    void emergencyUsers(boolean some) {
        authentikGuard.htpasswd(some ? HTPASSWD : "");
    }

    private <T extends AutoCloseable> T started(T part) {
        running.push(part);
        return part;
    }

    /** Makes all stubs healthy, and clears their recorded requests. */
    void recover() {
        poisonFountain.behaves(Upstreams.poisonFountain());
        outpost.behaves(Upstreams.outpost());
        application.behaves(Upstreams.application());
        forget();
    }

    /** Clears the recorded requests of all stubs. */
    void forget() {
        poisonFountain.forget();
        outpost.forget();
        application.forget();
    }

    StubUpstream poisonFountain() {
        return poisonFountain;
    }

    StubUpstream outpost() {
        return outpost;
    }

    StubUpstream application() {
        return application;
    }

    GuardProcess botBlockGuard() {
        return botBlockGuard;
    }

    GuardProcess authentikGuard() {
        return authentikGuard;
    }

    Outage.Over outpostSuffers(Outage outage) {
        return outage.of(outpost, Upstreams.outpost());
    }

    Outage.Over poisonFountainSuffers(Outage outage) {
        return outage.of(poisonFountain, Upstreams.poisonFountain());
    }

    /** A browser's request to a site: {@code app} is protected, {@code www} is public. */
    static RawRequest request(String site, String method, String uri) {
        var headers =
                List.of(
                        new Header("Host", site + ".example.com"),
                        new Header("User-Agent", "Mozilla/5.0"));
        return new RawRequest(method, uri, headers, "");
    }

    /** A request for a page of the protected application. */
    static RawRequest page() {
        return request("app", "GET", "/page?a=1");
    }

    /** The same with the cookie of a session. */
    static RawRequest pageWithSession() {
        return page().with("Cookie", Upstreams.SESSION + "1");
    }

    Gateway.Running gateway() {
        return gateway;
    }

    /** A client that reaches the gateway over TLS. */
    RawHttp visitor() {
        return RawHttp.to(tunnel.port());
    }

    /** A client that reaches the gateway without TLS. */
    RawHttp visitorWithoutTls() {
        return RawHttp.to(gateway.httpPort());
    }

    RawAnswer ask(RawRequest request) throws IOException {
        return visitor().ask(request);
    }

    /** The field value for a user and a password. */
    static String basic(String credentials) {
        byte[] octets = credentials.getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public void close() {
        AssertionError failure = null;
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception | AssertionError e) {
                failure = new AssertionError("could not close everything", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
