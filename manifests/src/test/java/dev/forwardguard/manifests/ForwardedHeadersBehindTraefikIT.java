package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** What a guard says of a Traefik that it does not trust. */
class ForwardedHeadersBehindTraefikIT {
    @Test
    void traefikThatIsNoTrustedProxyIsNamed(@TempDir Path directory) throws IOException {
        try (var fixture = GatewayFixture.behind(HomelabTraefik::start, directory)) {
            assertThat(fixture.ask(GatewayFixture.pageWithSession()).body()).isEqualTo("hello");
            assertThat(status(fixture)).contains("\"forwarded-headers\":{\"requests\":0}");

            fixture.authentikSettings("trusted-proxies: [192.0.2.0/24]\n");

            Eventually.until(
                    "the warning",
                    () -> {
                        fixture.ask(GatewayFixture.pageWithSession());
                        return status(fixture).contains("had X-Forwarded-For from a peer");
                    });
            assertThat(status(fixture)).contains(" that is not a trusted proxy, 127.0.0.1, so it ");
            assertThat(lines(fixture)).isEqualTo(1);

            fixture.authentikSettings("trusted-proxies: [127.0.0.0/8]\n");

            Eventually.until(
                    "no warning any more", () -> !status(fixture).contains("trusted proxy,"));
            fixture.ask(GatewayFixture.pageWithSession());
            assertThat(status(fixture)).contains("\"forwarded-headers\":{\"requests\":0}");
            assertThat(lines(fixture)).isEqualTo(1);
        }
    }

    private static long lines(GatewayFixture fixture) {
        GuardProcess guard = fixture.authentikGuard();
        return guard.process()
                .output()
                .lines()
                .filter(line -> line.contains("is not a trusted proxy"))
                .count();
    }

    private static String status(GatewayFixture fixture) throws IOException {
        int port = fixture.authentikGuard().managementPort();
        return RawHttp.to(port).ask(RawRequest.get("/status")).body();
    }
}
