package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockserver.model.HttpError.error;
import static org.mockserver.model.HttpRequest.request;
import static org.mockserver.model.HttpResponse.response;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.mockserver.integration.ClientAndServer;
import org.mockserver.model.ConnectionOptions;
import org.mockserver.model.Delay;
import org.mockserver.verify.VerificationTimes;

import java.io.IOException;
import java.time.Duration;

/** Poison Fountain in normal operation, and with its typical failures. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PoisonFountainTest {
    private static final String BOTS = "(?i).*(gptbot|claudebot|ccbot).*";

    private final ClientAndServer fountain = ClientAndServer.startClientAndServer();
    private RunningGuard guard;

    @BeforeAll
    void start() {
        guard =
                RunningGuard.start(
                        "upstream: {url: 'http://127.0.0.1:%d', read-timeout: 700ms, deadline: 1s}\n"
                                .formatted(fountain.getPort()));
    }

    @AfterAll
    void stop() {
        guard.close();
        fountain.stop();
    }

    @BeforeEach
    void blockBots() {
        fountain.reset();
        fountain.when(request("/auth").withMethod("GET").withHeader("User-Agent", BOTS))
                .respond(
                        response("blocked")
                                .withStatusCode(403)
                                .withHeader("Content-Type", "text/plain")
                                .withConnectionOptions(
                                        ConnectionOptions.connectionOptions()
                                                .withCloseSocket(true)));
        fountain.when(request("/auth").withMethod("GET")).respond(response("ok"));
    }

    @Test
    void blocksBot() throws IOException {
        RawAnswer answer = visitedBy("Mozilla/5.0 (compatible; GPTBot/1.2)");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.headers("Content-Type")).containsExactly("text/plain");
        assertThat(answer.body()).isEqualTo("blocked");
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    @Test
    void allowsPerson() throws IOException {
        assertThat(visitedBy("Mozilla/5.0 (X11; Linux x86_64) Firefox/140").status())
                .isEqualTo(200);
        fountain.verify(
                request("/auth").withMethod("GET").withHeader("X-Forwarded-Host", "app.example"),
                VerificationTimes.once());
    }

    @Test
    void waitsForSlowVerdict() throws IOException {
        fountain.reset();
        fountain.when(request())
                .respond(response().withStatusCode(403).withDelay(Delay.milliseconds(400)));

        RawAnswer answer = visitedBy("GPTBot");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.elapsed()).isGreaterThan(Duration.ofMillis(350));
    }

    @Test
    void failsOpenOnReadTimeout() throws IOException {
        fountain.reset();
        fountain.when(request())
                .respond(response().withStatusCode(403).withDelay(Delay.seconds(5)));

        assertFailsOpen("read_timeout");
    }

    @Test
    void failsOpenOnDroppedConnection() throws IOException {
        fountain.reset();
        fountain.when(request()).error(error().withDropConnection(true));

        assertFailsOpen("reset");
    }

    @Test
    void failsOpenOnGarbage() throws IOException {
        fountain.reset();
        fountain.when(request())
                .error(
                        error().withResponseBytes("\r\n\r\n?".getBytes(ISO_8859_1))
                                .withDropConnection(true));

        assertFailsOpen("protocol_error");
    }

    @Test
    void failsOpenOnServerError() throws IOException {
        fountain.reset();
        fountain.when(request()).respond(response().withStatusCode(500));

        assertFailsOpen("bad_status");
    }

    private void assertFailsOpen(String reason) throws IOException {
        RawAnswer answer = visitedBy("GPTBot");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly(reason);
    }

    private RawAnswer visitedBy(String userAgent) throws IOException {
        RawRequest authRequest = BotBlock.KIND.authRequest().with("User-Agent", userAgent);
        return guard.http().ask(authRequest);
    }
}
