package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Caddy;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Gateway;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The guards behind Caddy's {@code forward_auth}. */
class CaddyIT
        implements EverydayContract, SpoofingContract, OutageContract, HostileVisitorsContract {
    private static GatewayFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = GatewayFixture.behind(Caddy::start, directory);
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    void recover() {
        fixture.recover();
    }

    @Override
    public GatewayFixture fixture() {
        return fixture;
    }

    @Test
    void relaysOutpostRedirectUnchanged() throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.page());

        assertThat(answer.header("Location")).hasValue(Upstreams.LOGIN + "?state=1");
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
    }

    @Test
    void showsPageOfChallenge() throws IOException {
        try (var _ = fixture.outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = fixture.ask(GatewayFixture.page());

            assertThat(answer.body()).contains("Emergency Access");
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("connect_refused");
            assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        }
    }

    @Test
    void hidesInternalAuthorizationHeader() throws IOException {
        fixture.ask(
                GatewayFixture.pageWithSession().with("X-Guard-Authorization", "Bearer spoofed"));
        ReceivedRequest received = fixture.application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain("spoofed");

        fixture.ask(
                GatewayFixture.pageWithSession()
                        .with("Authorization", "Bearer of-the-application"));
        received = fixture.application().awaitRequest();
        assertThat(received.headers("X-Guard-Authorization")).isEmpty();
    }

    /** Caddy would append the visitor's query, and pass on an address that the visitor made up. */
    @Test
    void sendsNeitherQueryNorAddressOfVisitorToOutpost() throws IOException {
        fixture.ask(GatewayFixture.pageWithSession().with("X-Real-Ip", "203.0.113.9"));

        ReceivedRequest authRequest = fixture.outpost().awaitRequest();
        assertThat(authRequest.uri()).isEqualTo("/outpost.goauthentik.io/auth/caddy");
        assertThat(authRequest.headers("X-Real-Ip")).isEmpty();
    }

    @Test
    void doesNotWaitForSilentGuard(@TempDir Path directory) throws IOException {
        try (var guards = StubUpstream.start();
                var sites = StubUpstream.start()) {
            guards.behaves(Behaviour.hangs());
            Map<String, String> changes =
                    changes(address(guards.port()), sites, Map.of("timeout 10s", "timeout 1s"));

            try (var caddy = OwnCaddy.start(directory, changes)) {
                assertThat(caddy.ask().status()).isEqualTo(504);
            }
            assertThat(sites.requests()).isEmpty();
        }
    }

    /** With the lines of the Caddyfile that are meant for two guards. */
    @Test
    void asksOtherGuardWhileOneIsDown(@TempDir Path directory) throws IOException {
        try (var down = RefusingPort.open();
                var guards = StubUpstream.start();
                var sites = StubUpstream.start()) {
            Map<String, String> changes =
                    changes(
                            address(down.port()) + " " + address(guards.port()),
                            sites,
                            Map.of(
                                    "#lb_try_duration", "lb_try_duration",
                                    "#fail_duration", "fail_duration"));

            try (var caddy = OwnCaddy.start(directory, changes)) {
                for (int visit = 0; visit < 10; visit++) {
                    assertThat(caddy.ask().status()).isEqualTo(200);
                }
            }
        }
    }

    /**
     * In the order that the manual names, and in the other one: an open path, and authentik's
     * verdict, are about what the visitor asked for.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "import authentik_guard\n\t\turi strip_prefix /api",
                "uri strip_prefix /api\n\t\timport authentik_guard"
            })
    void asksGuardAboutPathThatVisitorAskedFor(String lines, @TempDir Path directory)
            throws IOException {
        try (var guards = StubUpstream.start();
                var sites = StubUpstream.start()) {
            Map<String, String> changes =
                    changes(address(guards.port()), sites, Map.of("import authentik_guard", lines));

            try (var caddy = OwnCaddy.start(directory, changes)) {
                caddy.visitor().ask(GatewayFixture.request("app", "GET", "/api/hooks?a=%2F"));
            }

            assertThat(guards.requests())
                    .hasSize(2)
                    .flatExtracting(request -> request.headers("X-Forwarded-Uri"))
                    .containsOnly("/api/hooks?a=%2F");
            assertThat(sites.awaitRequest().uri()).isEqualTo("/hooks?a=%2F");
        }
    }

    /**
     * Checks the effect of the Caddyfile's snippet {@code auth_request}: the bug that it prevents
     * is a race that a test cannot provoke reliably.
     */
    @Test
    void sendsEachAuthRequestOnItsOwnConnection(@TempDir Path directory) throws IOException {
        try (var guards = StubUpstream.start();
                var sites = StubUpstream.start()) {
            Map<String, String> changes = changes(address(guards.port()), sites, Map.of());

            try (var caddy = OwnCaddy.start(directory, changes);
                    RawConnection visitor = caddy.visitor().connect()) {
                for (int visit = 0; visit < 3; visit++) {
                    assertThat(visitor.ask(GatewayFixture.page()).status()).isEqualTo(200);
                }
            }

            assertThat(guards.requests())
                    .hasSize(2 * 3)
                    .allMatch(request -> request.onConnection() == 1);
            assertThat(sites.requests()).extracting(ReceivedRequest::onConnection).contains(2);
        }
    }

    private static String address(int port) {
        return "127.0.0.1:" + port;
    }

    private static Map<String, String> changes(
            String guards, StubUpstream sites, Map<String, String> more) {
        Map<String, String> changes = new HashMap<>(more);
        changes.put("bot-block-guard:8080", guards);
        changes.put("authentik-guard:9000", guards);
        changes.put("application:8080", address(sites.port()));
        changes.put("website:8080", address(sites.port()));
        return changes;
    }

    /** Another Caddy, for one test. */
    private record OwnCaddy(ChildProcess process, TlsTunnel tunnel) implements AutoCloseable {
        static OwnCaddy start(Path directory, Map<String, String> changes) {
            Gateway.Running caddy = Caddy.start(directory, changes);
            try {
                caddy.process().awaitListening(caddy.httpsPort());
                return new OwnCaddy(
                        caddy.process(), TlsTunnel.open(caddy.httpsPort(), caddy.trusted()));
            } catch (RuntimeException | Error e) {
                caddy.process().close();
                throw e;
            }
        }

        RawHttp visitor() {
            return RawHttp.to(tunnel.port());
        }

        RawAnswer ask() throws IOException {
            return visitor().ask(GatewayFixture.page());
        }

        @Override
        public void close() {
            tunnel.close();
            process.close();
        }
    }
}
