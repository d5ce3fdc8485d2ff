package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** Poison Fountain gets only what a bot blocker needs, at the one path where it decides. */
final class BotBlockSecretsTest extends AgainstStubUpstream {
    BotBlockSecretsTest() {
        super(BotBlock.KIND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie",
                "cookie",
                "Authorization",
                "AUTHORIZATION",
                "Proxy-Authorization",
                "X-Forwarded-Tls-Client-Cert",
                "X-Forwarded-Tls-Client-Cert-Info"
            })
    void dropsSecretHeaders(String name) throws IOException {
        ask(
                kind.authRequest()
                        .with(name, "secret")
                        .with("User-Agent", "GPTBot")
                        .with(name, "more"));

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.head().raw()).doesNotContain("secret").doesNotContain("more");
        assertThat(received.header("User-Agent")).contains("GPTBot");
    }

    @Test
    void dropsConfiguredHeadersInsteadOfDefaults() throws IOException {
        String settings = settings() + "drop-request-headers: [X-Private]\n";
        try (var guard = RunningGuard.start(settings)) {
            guard.http().ask(kind.authRequest().with("X-private", "1").with("Cookie", "2"));
        }

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.header("X-Private")).isEmpty();
        assertThat(received.header("Cookie")).contains("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "?x=1", "?rd=/tarpit", "?a=b?c=d", "?%zz|"})
    void dropsQuery(String query) throws IOException {
        ask(new RawRequest("GET", "/auth" + query, kind.authRequest().headers(), ""));

        assertThat(upstream.awaitRequest().uri()).isEqualTo("/auth");
    }

    @Test
    void prependsPathOfUpstreamUrl() throws IOException {
        String settings = "upstream: {url: '%s/below/'}\n".formatted(upstream.uri());
        try (var guard = RunningGuard.start(settings)) {
            guard.http().ask(kind.authRequest());
        }

        assertThat(upstream.awaitRequest().uri()).isEqualTo("/below/auth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/auth/", "/auth/x", "/AUTH", "//auth", "/favicon.ico", "/x/auth"})
    void answers404OnOtherPaths(String path) throws IOException {
        RawAnswer answer = ask(RawRequest.get(path));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(upstream.connections()).isZero();
    }
}
