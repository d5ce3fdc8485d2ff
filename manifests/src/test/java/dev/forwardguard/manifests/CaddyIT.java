package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
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

    /**
     * Checks the effect of the Caddyfile's snippet {@code auth_request}: the bug that it prevents
     * is a race that a test cannot provoke reliably.
     */
    @Test
    void sendsEachAuthRequestOnItsOwnConnection(@TempDir Path directory) throws IOException {
        try (var guards = StubUpstream.start();
                var sites = StubUpstream.start()) {
            String guard = "127.0.0.1:" + guards.port();
            String site = "127.0.0.1:" + sites.port();
            Gateway.Running caddy =
                    Caddy.start(
                            directory,
                            Map.of(
                                    "bot-block-guard:8080", guard,
                                    "authentik-guard:9000", guard,
                                    "application:8080", site,
                                    "website:8080", site));
            try (var process = caddy.process()) {
                process.awaitListening(caddy.httpsPort());
                try (var tunnel = TlsTunnel.open(caddy.httpsPort(), caddy.trusted());
                        RawConnection visitor = RawHttp.to(tunnel.port()).connect()) {
                    for (int visit = 0; visit < 3; visit++) {
                        assertThat(visitor.ask(GatewayFixture.page()).status()).isEqualTo(200);
                    }
                }
            }

            assertThat(guards.requests())
                    .hasSize(2 * 3)
                    .allMatch(request -> request.onConnection() == 1);
            assertThat(sites.requests()).extracting(ReceivedRequest::onConnection).contains(2);
        }
    }
}
