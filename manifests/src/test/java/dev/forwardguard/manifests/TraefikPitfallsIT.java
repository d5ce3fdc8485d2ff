package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the manual says of middlewares before the guards, and of options of ForwardAuth ("Order of
 * the middlewares").
 */
class TraefikPitfallsIT {
    private static PitfallsFixture fixture;

    @BeforeAll
    static void start(@TempDir Path directory) {
        fixture = new PitfallsFixture(directory);
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

    private static RawRequest page(String site) {
        return GatewayFixture.request(site, "GET", "/");
    }

    private static RawRequest page(String site, String visitor, String password) {
        return page(site).with("X-Forwarded-For", visitor).with("Authorization", password);
    }

    private static int status(RawRequest request) throws IOException {
        return fixture.visitor().ask(request).status();
    }

    /** Guesses until the guard refuses to check another password of that address. */
    private static void guesses(RawConnection connection, String site, String visitor) {
        var guess = new AtomicInteger(); // the same one again would not count
        Eventually.until(
                "too many guesses",
                () -> {
                    String password = GatewayFixture.basic("admin:" + guess.incrementAndGet());
                    return connection.ask(page(site, visitor, password)).status() == 429;
                });
    }

    @Test
    void errorsTakesDialogAway() throws IOException {
        try (var _ = fixture.outage()) {
            RawAnswer dialog = fixture.visitor().ask(page("trust"));
            RawAnswer none = fixture.visitor().ask(page("errors"));

            assertThat(dialog.headers("WWW-Authenticate"))
                    .containsExactly(OutageContract.CHALLENGE);
            assertThat(none.status()).isEqualTo(401);
            assertThat(none.headers("WWW-Authenticate")).isEmpty();
            assertThat(none.headers("X-Guard-Fallback")).isEmpty();
            assertThat(none.body()).isEqualTo(PitfallsFixture.ERROR_PAGE);
        }
    }

    @Test
    void errorsShowsEmergencyPasswordToErrorService() throws IOException {
        String visitor = "192.0.2.1";
        try (var _ = fixture.outage();
                RawConnection connection = fixture.visitor().connect()) {
            guesses(connection, "trust", visitor);
            fixture.errors().forget();

            RawRequest right = page("errors", visitor, GatewayFixture.EMERGENCY_PASSWORD);
            assertThat(connection.ask(right).body()).isEqualTo(PitfallsFixture.ERROR_PAGE);
        }
        assertThat(fixture.errors().awaitRequest().headers("Authorization"))
                .containsExactly(GatewayFixture.EMERGENCY_PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({
        "trust, /hooks/build, , 200",
        "stripped, /hooks/build, , 200",
        "stripped, /admin, , 401",
        // a proxy in trustedIPs passes on what the visitor sent: why guard-strip-forwarded-target
        // is there
        "trust, /admin, /hooks/build, 200",
        "stripped, /admin, /hooks/build, 401",
        "stripped, /hooks/build, /admin, 200",
        // the application gets /hooks, and the guard cannot tell what the visitor asked for
        "prefix, /api/hooks/build, , 401",
        "replaced, /admin, , 401"
    })
    void openPathsNeedStrippedTarget(String site, String path, String forged, int status)
            throws IOException {
        RawRequest hook = GatewayFixture.request(site, "POST", path);
        RawRequest request = forged == null ? hook : hook.with("X-Forwarded-Uri", forged);
        try (var _ = fixture.outage()) {
            assertThat(status(request)).isEqualTo(status);
        }
        assertThat(fixture.application().requests()).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void circuitBreakerLocksEverybodyOutAfterOneChallenge() throws IOException {
        RawRequest member = page("breaker").with("Cookie", Upstreams.SESSION + "1");
        assertThat(status(member)).isEqualTo(200);

        try (var _ = fixture.outage()) {
            assertThat(status(page("breaker"))).isEqualTo(401);
        }

        assertThat(status(member)).isEqualTo(503);
        assertThat(status(page("trust").with("Cookie", Upstreams.SESSION + "1"))).isEqualTo(200);
    }

    /** A guard that is down is no network error to it, but an answer of 500. */
    @Test
    void circuitBreakerForNetworkErrorsNeverOpens() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertThat(status(page("network-breaker"))).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @CsvSource({"trust, 200", "distrust, 429"})
    void everybodyBehindProxyIsOneAddressWithoutTrust(String site, int status) throws IOException {
        try (var _ = fixture.outage();
                RawConnection proxy = fixture.visitor().connect()) {
            guesses(proxy, site, "192.0.2.2");

            RawRequest other = page(site, "198.51.100.2", GatewayFixture.EMERGENCY_PASSWORD);
            assertThat(proxy.ask(other).status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"trust, wss", "distrust, https"})
    void webSocketIsNoneWithoutTrust(String site, String scheme) throws IOException {
        RawRequest handshake =
                page(site)
                        .with("Connection", "Upgrade")
                        .with("Upgrade", "websocket")
                        .with("Sec-WebSocket-Version", "13")
                        .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");

        assertThat(status(handshake)).isEqualTo(302);
        assertThat(fixture.outpost().requests())
                .flatExtracting(received -> received.headers("X-Forwarded-Proto"))
                .containsExactly(scheme);
    }

    /** As a proxy before Traefik sends it that has another one before it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"https, http; 401", "https,http; 401", "http, https; 403", "http; 403"})
    void firstProtocolIsThatOfVisitor(String protocols, int status) throws IOException {
        try (var _ = fixture.outage()) {
            assertThat(status(page("trust").with("X-Forwarded-Proto", protocols)))
                    .isEqualTo(status);
        }
    }

    /** The auth server closes the kept connection when the second auth request arrives on it. */
    @ParameterizedTest
    @CsvSource({"get, 200", "method, 500", "body, 500"})
    void postMeetsClosingConnection(String site, int status) throws IOException {
        RawRequest post =
                GatewayFixture.request(site, "POST", "/").with("Content-Length", "1").body("a");

        assertThat(status(post)).isEqualTo(200);
        fixture.authServer()
                .behaves(Behaviour.answers(200).onReuse(Behaviour.closesBeforeAnswer()));
        assertThat(status(post)).isEqualTo(status);
    }

    @Test
    void onlyDifferenceOfMetricsTellsOfDeadAuthServer() throws IOException {
        double before = fixture.differenceOfServerErrors();

        assertThat(status(page("dead"))).isEqualTo(500);
        Eventually.until("the sign", () -> fixture.differenceOfServerErrors() == before + 1);

        double services = fixture.serverErrors("service");
        assertThat(status(page("broken"))).isEqualTo(502);
        Eventually.until("the other sign", () -> fixture.serverErrors("service") == services + 1);
        Eventually.until("both signs", () -> fixture.differenceOfServerErrors() == before + 1);
        assertThat(fixture.metrics()).doesNotContain("middleware");
    }
}
