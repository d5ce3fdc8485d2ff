package dev.forwardguard.manifests;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Traefik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Traefik with the routes of {@code traefik-pitfalls.yml}, behind a trusted proxy, with
 * authentik-guard and stubs of everything else.
 */
final class PitfallsFixture implements AutoCloseable {
    static final String ERROR_PAGE = "sorry";

    private static final String OPEN =
            """
            emergency:
              open:
                - {host: trust.example.com, path: /hooks}
                - {host: stripped.example.com, path: /hooks}
                - {host: prefix.example.com, path: /hooks}
                - {host: replaced.example.com, path: /hooks}
            """;

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final StubUpstream outpost = started(StubUpstream.start());
    private final StubUpstream application = started(StubUpstream.start());
    private final StubUpstream errors = started(StubUpstream.start());
    private final StubUpstream authServer = started(StubUpstream.start());
    private final StubUpstream dead = started(StubUpstream.start());
    private final int metricsPort = Loopback.freePort();
    private final TlsTunnel tunnel;

    PitfallsFixture(Path directory) {
        dead.goDown();
        errors.behaves(Behaviour.answers(Answer.of(200).body(ERROR_PAGE)));
        recover();
        GuardProcess guard =
                started(
                        GuardProcess.start(
                                "authentik-guard",
                                directory,
                                GatewayFixture.settings(outpost, OPEN),
                                GatewayFixture.HTPASSWD));
        Gateway.Running traefik = Traefik.start(directory, routes(guard), options());
        started(traefik.process());
        guard.awaitHealthy();
        tunnel = started(TlsTunnel.open(traefik.httpsPort(), traefik.trusted()));
    }

    private String routes(GuardProcess guard) {
        return Gateway.configuration(
                "traefik-pitfalls.yml",
                Map.of(
                        "guard:9000", "127.0.0.1:" + guard.port(),
                        "application:8080", "127.0.0.1:" + application.port(),
                        "errors:8080", "127.0.0.1:" + errors.port(),
                        "auth-server:8080", "127.0.0.1:" + authServer.port(),
                        "dead:8080", "127.0.0.1:" + dead.port()));
    }

    private List<String> options() {
        return List.of(
                "--entryPoints.websecure.forwardedHeaders.trustedIPs=127.0.0.0/8",
                "--entryPoints.metrics.address=127.0.0.1:" + metricsPort,
                "--metrics.prometheus.entryPoint=metrics",
                "--metrics.prometheus.addRoutersLabels=true");
    }

    /** Makes the outpost and the application healthy, and clears their recorded requests. */
    void recover() {
        outpost.behaves(Upstreams.outpost());
        application.behaves(Upstreams.application());
        outpost.forget();
        application.forget();
        errors.forget();
        authServer.behaves(Behaviour.answers(200));
    }

    Outage.Over outage() {
        return Outage.UNAVAILABLE.of(outpost, Upstreams.outpost());
    }

    StubUpstream outpost() {
        return outpost;
    }

    StubUpstream errors() {
        return errors;
    }

    StubUpstream application() {
        return application;
    }

    /** An auth server that is no guard. */
    StubUpstream authServer() {
        return authServer;
    }

    /** A client that reaches Traefik over TLS. */
    RawHttp visitor() {
        return RawHttp.to(tunnel.port());
    }

    /** The expression in the manual: 5xx of routers less 5xx of services. */
    double differenceOfServerErrors() {
        return serverErrors("router") - serverErrors("service");
    }

    /** How many answers of 500 to 599 all routers, or all services, count. */
    double serverErrors(String of) {
        return Pattern.compile("(?m)^traefik_" + of + "_requests_total\\{code=\"5.*} (\\S+)$")
                .matcher(metrics())
                .results()
                .mapToDouble(each -> Double.parseDouble(each.group(1)))
                .sum();
    }

    String metrics() {
        try {
            return RawHttp.to(metricsPort).ask(RawRequest.get("/metrics")).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        running.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                throw new AssertionError("could not close everything", e);
            }
        }
    }
}
