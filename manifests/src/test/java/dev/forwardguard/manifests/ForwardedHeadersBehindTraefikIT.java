package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.ClockFile;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What guards say of a Traefik that they do not trust, or that does not trust its proxy. */
class ForwardedHeadersBehindTraefikIT {
    /** Enough for one, whatever was asked before. */
    private static final int WINDOW = 1_050;

    private static final String UNTRUSTED = " is not a trusted proxy";
    private static final String ONE_ADDRESS = " came from one private address, 127.0.0.1. ";
    private static final String WITHOUT_TLS = " came without TLS: ";

    private static GatewayFixture fixture;
    private static ClockFile clock;

    @BeforeAll
    static void start(@TempDir Path directory) {
        clock = ClockFile.in(directory);
        fixture = GatewayFixture.behind(HomelabTraefik::start, directory, clock);
    }

    @AfterAll
    static void end() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void traefikThatIsNoTrustedProxyIsNamed() throws IOException {
        GuardProcess guard = fixture.authentikGuard();
        assertThat(fixture.ask(GatewayFixture.pageWithSession()).body()).isEqualTo("hello");
        assertThat(status(guard)).doesNotContain("had X-Forwarded-For from a peer");

        fixture.authentikSettings("trusted-proxies: [192.0.2.0/24]\n");

        Eventually.until(
                "the warning",
                () -> {
                    fixture.ask(GatewayFixture.pageWithSession());
                    return status(guard).contains("had X-Forwarded-For from a peer");
                });
        assertThat(status(guard)).contains(" that is not a trusted proxy, 127.0.0.1, so it ");
        assertThat(lines(guard, UNTRUSTED)).isEqualTo(1);

        fixture.authentikSettings("");

        Eventually.until("no warning any more", () -> !status(guard).contains("trusted proxy,"));
        fixture.ask(GatewayFixture.pageWithSession());
        assertThat(status(guard)).contains("\"forwarded-headers\":{\"requests\":0}");
        assertThat(lines(guard, UNTRUSTED)).isEqualTo(1);
    }

    /** A proxy before Traefik ends TLS, and says who asks and how; it changes nothing itself. */
    @Test
    void traefikThatDoesNotTrustProxyBeforeItIsNamedUntilItDoes(@TempDir Path directory)
            throws IOException {
        List<GuardProcess> guards = List.of(fixture.botBlockGuard(), fixture.authentikGuard());

        // the first begins with another visitor, of the fixture
        askThrough("192.0.2.0/24", 2, Files.createDirectory(directory.resolve("wrong")));

        for (GuardProcess guard : guards) {
            assertThat(status(guard)).contains(ONE_ADDRESS, WITHOUT_TLS);
            assertThat(lines(guard, ONE_ADDRESS)).isEqualTo(1);
            assertThat(lines(guard, WITHOUT_TLS)).isEqualTo(1);
        }

        clock.advance(Duration.ofHours(1));
        askThrough("127.0.0.0/8", 1, Files.createDirectory(directory.resolve("right")));

        for (GuardProcess guard : guards) {
            assertThat(status(guard))
                    .contains("\"forwarded-headers\":{\"requests\":1")
                    .doesNotContain(ONE_ADDRESS, WITHOUT_TLS);
            assertThat(lines(guard, "do not come from one private address any more")).isEqualTo(1);
            assertThat(lines(guard, "come with TLS again")).isEqualTo(1);
        }
    }

    /** Lets visitors ask, as many as windows need, each in more than ten minutes. */
    private static void askThrough(String trusted, int windows, Path directory) throws IOException {
        Gateway.Running traefik =
                HomelabTraefik.behindProxy(trusted, directory, fixture.addresses());
        try (var _ = traefik.process();
                RawConnection proxy = RawHttp.to(traefik.httpPort()).connect()) {
            for (int i = 0; i < windows; i++) {
                ask(WINDOW / 2, proxy);
                clock.advance(Duration.ofMinutes(10));
                ask(WINDOW / 2, proxy);
            }
        }
    }

    /** At once, which a proxy does not, but the guards cannot tell. */
    private static void ask(int visitors, RawConnection proxy) throws IOException {
        for (int i = 0; i < visitors; i++) {
            RawRequest page =
                    GatewayFixture.pageWithSession()
                            .with("X-Forwarded-For", "198.51.100." + i % 250)
                            .with("X-Forwarded-Proto", "https");
            proxy.send(page.wire());
        }
        for (int i = 0; i < visitors; i++) {
            assertThat(proxy.receive().status()).isEqualTo(200);
        }
    }

    private static long lines(GuardProcess guard, String text) {
        return guard.process().output().lines().filter(line -> line.contains(text)).count();
    }

    private static String status(GuardProcess guard) throws IOException {
        return RawHttp.to(guard.managementPort()).ask(RawRequest.get("/status")).body();
    }
}
