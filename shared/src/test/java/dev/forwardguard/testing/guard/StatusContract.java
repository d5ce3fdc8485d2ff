package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;

import org.assertj.core.data.TemporalUnitOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/**
 * {@code /status}: its documented JSON, the state in it in an outage, and the page for browsers.
 */
public abstract class StatusContract extends AgainstStubUpstream {
    private static final String BROWSER =
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    protected StatusContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String breaker() {
        return "probe-interval: 200ms, probe-max-interval: 400ms";
    }

    private JsonNode status() throws IOException {
        return new ObjectMapper().readTree(guard.status());
    }

    /** It is computed from the monotonic clock each time, and then rounded. */
    private static final TemporalUnitOffset A_SECOND = within(1, ChronoUnit.SECONDS);

    private static Instant since(JsonNode status) {
        return Instant.parse(status.path("since").asText());
    }

    private String word() throws IOException {
        return status().path("state").asText();
    }

    @Test
    void tellsAnOutageFromBeginningToEnd() throws IOException {
        ask();
        JsonNode well = status();
        assertThat(well.path("state").asText()).isEqualTo("relaying");
        assertThat(well.has("reason")).isFalse();
        assertThat(well.has("last-verdict")).isTrue();
        assertThat(well.path("latency").path("requests").asInt()).isPositive();

        upstream.behaves(Behaviour.resetsBeforeAnswer());
        ask();
        JsonNode degraded = status();
        assertThat(degraded.path("state").asText()).isEqualTo("degraded");
        assertThat(degraded.path("reason").asText()).isEqualTo("reset");
        Eventually.until(
                "the open circuit",
                () -> {
                    ask();
                    return word().equals("open");
                });
        ask();
        JsonNode open = status();
        assertThat(since(open)).isCloseTo(since(degraded), A_SECOND);
        assertThat(open.path("last-failure").path("reason").asText())
                .isEqualTo(open.path("reason").asText());
        assertThat(open.path("last-hour").path("fallbacks").path("circuit_open").isArray())
                .isTrue();
        Eventually.until(
                "a failed probe",
                () -> status().path("probes").path(0).path("result").asText().equals("failed"));

        upstream.behaves(Behaviour.answers(200));
        Eventually.until(
                "the end of the outage",
                () -> {
                    ask();
                    return status().path("circuit").asText().equals("closed");
                });
        ask();
        JsonNode recovering = status();
        assertThat(recovering.path("state").asText()).isEqualTo("recovering");
        assertThat(since(recovering)).isCloseTo(since(open), A_SECOND);
        assertThat(recovering.path("reason").asText()).isEqualTo("reset");
    }

    @Test
    void tellsForcedFallback() throws IOException {
        guard.files().settings("mode: fallback\n" + settings());
        Eventually.until("mode fallback", () -> word().equals("forced"));
        JsonNode forced = status();
        assertThat(forced.path("reason").asText()).isEqualTo("forced");
        assertThat(forced.path("settings").path("values").path("mode").asText())
                .isEqualTo("fallback");

        guard.files().settings(settings());
        Eventually.until("mode auto", () -> !word().equals("forced"));
    }

    @Test
    void hasPageForBrowsers() throws IOException {
        RawAnswer page = guard.management().ask(RawRequest.get("/status").with("Accept", BROWSER));

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.header("Cache-Control")).contains("no-store");
        assertThat(page.header("Vary")).contains("Accept");
        assertThat(page.header("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none';")
                .contains("script-src '" + hash(page.body(), "script") + "'")
                .contains("style-src '" + hash(page.body(), "style") + "'");
        assertThat(page.body()).doesNotContain("src=", "@import", "url(");
    }

    private static String hash(String page, String element) {
        String text = page.replaceFirst("(?s).*<" + element + ">", "");
        text = text.replaceFirst("(?s)</" + element + ">.*", "");
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(ISO_8859_1));
            return "sha256-" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json",
                "text/plain, */*;q=0.5",
                "application/json, text/html;q=0.1",
                "text/html;q=0"
            })
    void isJsonForPrograms(String accept) throws IOException {
        RawAnswer json = guard.management().ask(RawRequest.get("/status").with("Accept", accept));

        assertThat(json.status()).isEqualTo(200);
        assertThat(json.header("Content-Type")).contains("application/json");
        assertThat(json.header("Cache-Control")).contains("no-store");
    }
}
