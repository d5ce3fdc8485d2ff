package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.forwardguard.authentik.AuthentikBeans;
import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.telemetry.JsonLines;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;

class SecurityLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("security");
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final JsonLines encoder = new JsonLines();
    private final AtomicLong now = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final SecurityLog log = new SecurityLog(registry, AuthentikBeans.SPEC, now::get, timer);
    private final HttpHeaders headers =
            DefaultHttpHeadersFactory.headersFactory()
                    .withValidation(false)
                    .newHeaders()
                    .set("X-Forwarded-For", "203.0.113.9")
                    .set("X-Request-Id", "0123456789abcdef")
                    .set("X-Forwarded-Host", "app.example.com")
                    .set("X-Forwarded-Uri", "/page?token=secret");
    private final AuthRequest request =
            AuthRequest.of(
                    new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", headers),
                    new EmbeddedChannel());
    private final ClientAddress client =
            ClientAddressResolver.DEFAULT.resolve(
                    headers, new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000));

    @BeforeEach
    void attachAppender() {
        events.start();
        encoder.start();
        logger.addAppender(events);
        logger.setAdditive(false);
    }

    @AfterEach
    void detachAppender() {
        timer.shutdownNow();
        logger.detachAppender(events);
        logger.setAdditive(true);
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (ILoggingEvent event : events.list) {
            lines.add(new String(encoder.encode(event), UTF_8));
        }
        return lines;
    }

    private JsonNode only() throws IOException {
        assertThat(events.list).hasSize(1);
        return new ObjectMapper().readTree(lines().getFirst());
    }

    private double counted(LoginMetric result) {
        return registry.get("guard.emergency.login")
                .tag("result", result.label())
                .counter()
                .count();
    }

    @Test
    void logsLoginWithUserAddressAndRequestId() throws IOException {
        log.attempt(LoginMetric.SUCCESS, "anna", client, request);

        JsonNode line = only();
        assertThat(line.get("event").asText()).isEqualTo("emergency_login");
        assertThat(line.get("result").asText()).isEqualTo("success");
        assertThat(line.get("user").asText()).isEqualTo("anna");
        assertThat(line.get("client").asText()).isEqualTo("203.0.113.9");
        assertThat(line.get("host").asText()).isEqualTo("app.example.com");
        assertThat(line.get("path").asText()).isEqualTo("/page");
        assertThat(line.get("request").asText()).isEqualTo("0123456789abcdef");
        assertThat(lines().getFirst()).doesNotContain("secret");
        assertThat(counted(LoginMetric.SUCCESS)).isEqualTo(1);
    }

    @Test
    void logsDenialWithReason() throws IOException {
        log.attempt(LoginMetric.BAD_CREDENTIALS, "anna", client, request);

        assertThat(only().get("event").asText()).isEqualTo("emergency_denied");
        assertThat(only().get("result").asText()).isEqualTo("bad_credentials");
        assertThat(counted(LoginMetric.BAD_CREDENTIALS)).isEqualTo(1);
    }

    @Test
    void logsThrottlingAsOwnEvent() throws IOException {
        log.attempt(LoginMetric.THROTTLED, "anna", client, request);

        assertThat(only().get("event").asText()).isEqualTo("emergency_throttled");
    }

    @Test
    void countsWithoutLogging() {
        log.count(LoginMetric.REMEMBERED);

        assertThat(events.list).isEmpty();
        assertThat(counted(LoginMetric.REMEMBERED)).isEqualTo(1);
    }

    @Test
    void limitsFloodToTenLinesPerSecond() throws IOException {
        for (int attempt = 0; attempt < 500; attempt++) {
            log.attempt(LoginMetric.BAD_CREDENTIALS, "anna", client, request);
        }
        assertThat(events.list).hasSize(10);
        assertThat(timer.getQueue()).hasSize(1);

        log.logSuppressed();

        assertThat(events.list).hasSize(11);
        assertThat(lines().getLast())
                .contains("\"event\":\"emergency_left_out\"")
                .contains("\"left_out\":{\"emergency_denied\":490}");
        assertThat(counted(LoginMetric.BAD_CREDENTIALS)).isEqualTo(500);

        log.logSuppressed();
        assertThat(events.list).hasSize(11);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        log.attempt(LoginMetric.BAD_CREDENTIALS, "anna", client, request);
        assertThat(events.list).hasSize(12);
    }

    /** Or an operator would not see which passwords were tried. */
    @Test
    void logsCheckedPasswordsDuringFloodOfUncheckedOnes() throws IOException {
        for (int attempt = 0; attempt < 500; attempt++) {
            log.attempt(LoginMetric.OVERLOAD, "anna", client, request);
        }
        log.attempt(LoginMetric.BAD_CREDENTIALS, "bert", client, request);

        assertThat(lines().getLast()).contains("\"result\":\"bad_credentials\"");
        for (int attempt = 0; attempt < 11; attempt++) {
            log.attempt(LoginMetric.BAD_CREDENTIALS, "bert", client, request);
        }
        log.logSuppressed();
        assertThat(lines().getLast()).contains("\"left_out\":{\"emergency_denied\":492}");
    }

    @Test
    void logsLoginDuringFlood() {
        for (int attempt = 0; attempt < 500; attempt++) {
            log.attempt(LoginMetric.BAD_CREDENTIALS, "anna", client, request);
            log.attempt(LoginMetric.THROTTLED, "anna", client, request);
        }
        log.attempt(LoginMetric.SUCCESS, "anna", client, request);

        assertThat(lines().getLast()).contains("\"event\":\"emergency_login\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anna\r\n{\"event\":\"emergency_login\",\"user\":\"root\"}",
                "\u001b[2J\u001b[31mred",
                "a\u0000b\u007fc\u0085d\u009b31me",
                "quotes \" and \\ and ' and \",\"user\":\"x",
                "line\u2028and paragraph\u2029",
                "right\u202eto left\u2066isolated\u2069\u200f",
                "zero\u200bwidth\ufeff\u00ad",
                "lone\ud83dhigh",
                "lone\ude00low",
                "ends in a half\ud83d",
                "tag\udb40\udc41"
            })
    void writesUserVisiblyOnOneLine(String user) throws IOException {
        log.attempt(LoginMetric.BAD_CREDENTIALS, user, client, request);

        String line = lines().getFirst();
        assertThat(line).endsWith("}\n");
        assertThat(line.stripTrailing().codePoints())
                .allSatisfy(
                        c ->
                                assertThat(Character.getType(c))
                                        .isNotIn(
                                                (int) Character.CONTROL,
                                                (int) Character.FORMAT,
                                                (int) Character.LINE_SEPARATOR,
                                                (int) Character.PARAGRAPH_SEPARATOR,
                                                (int) Character.SURROGATE));
        assertThat(only().get("user").asText())
                .isEqualTo(
                        user.replace("\ud83dh", "\ufffdh")
                                .replace("\ude00l", "\ufffdl")
                                .replaceAll("\ud83d$", "\ufffd"));
        assertThat(only().get("event").asText()).isEqualTo("emergency_denied");
    }

    @Test
    void keepsNonAsciiUsersReadable() {
        log.attempt(LoginMetric.BAD_CREDENTIALS, "jörg 日本 🙂", client, request);

        assertThat(lines().getFirst()).contains("\"user\":\"jörg 日本 🙂\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "日", "🙂", "\ud83d"})
    void cutsLongUserBetweenCharacters(String character) throws IOException {
        log.attempt(LoginMetric.BAD_CREDENTIALS, character.repeat(4096), client, request);

        String shown = character.equals("\ud83d") ? "\ufffd" : character;
        assertThat(only().get("user").asText()).isEqualTo(shown.repeat(64) + "…");
        assertThat(lines().getFirst()).hasSizeLessThan(1000);
    }

    @Test
    void keepsUserOf64Characters() throws IOException {
        log.attempt(LoginMetric.BAD_CREDENTIALS, "🙂".repeat(64), client, request);

        assertThat(only().get("user").asText()).isEqualTo("🙂".repeat(64));
    }

    @Test
    void sanitizesForwardedHeaders() throws IOException {
        String odd = new String("\u202e/x\u001b[0m".getBytes(UTF_8), ISO_8859_1);
        headers.set("X-Forwarded-Uri", odd + "?token=secret");
        headers.set("X-Forwarded-Host", "h".repeat(5000));
        headers.set("X-Forwarded-For", "1\u0085" + "2".repeat(5000));

        log.attempt(LoginMetric.SUCCESS, "anna", client, request);

        assertThat(lines().getFirst())
                .hasSizeLessThan(1200)
                .doesNotContain("\u001b", "\u0085", "\u0080", "secret");
        assertThat(only().get("path").asText()).isEqualTo(odd);
    }
}
