package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.RefusingPort;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What a guard reports before its first request, with an upstream that is down. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FreshStartContract {
    private final GuardKind kind;
    private final String name;
    private final Set<Outcome> outcomes;
    private final RefusingPort upstream = RefusingPort.open();
    private RunningGuard guard;

    protected FreshStartContract(GuardKind kind, String name, Set<Outcome> outcomes) {
        this.kind = kind;
        this.name = name;
        this.outcomes = outcomes;
    }

    @BeforeAll
    void start() {
        guard = RunningGuard.start("upstream: {url: '%s'}\n".formatted(upstream.uri()));
    }

    @AfterAll
    void stop() {
        guard.close();
        upstream.close();
    }

    @Test
    void exportsAllFallbackCountersAtZero() throws IOException {
        try (var fresh = RunningGuard.start("mode: auto\n")) {
            List<String> lines = lines(get(fresh.management(), "/prometheus").body());

            assertThat(outcomes).isNotEmpty();
            for (FallbackReason reason : FallbackReason.values()) {
                for (Outcome outcome : outcomes) {
                    assertThat(lines)
                            .contains(
                                    "guard_fallback_total{guard=\"%s\",outcome=\"%s\",reason=\"%s\"} 0.0"
                                            .formatted(name, outcome.label(), reason.label()));
                }
            }
            assertThat(lines.stream().filter(line -> line.startsWith("guard_fallback_total{")))
                    .hasSize(FallbackReason.values().length * outcomes.size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "guard_decision_total{decision=\"allow\",guard=\"NAME\",source=\"upstream\"} 0.0",
                "guard_decision_total{decision=\"deny\",guard=\"NAME\",source=\"upstream\"} 0.0",
                "guard_decision_total{decision=\"fail\",guard=\"NAME\",source=\"upstream\"} 0.0",
                "guard_decision_total{decision=\"allow\",guard=\"NAME\",source=\"fallback\"} 0.0",
                "guard_upstream_seconds_count{guard=\"NAME\"} 0",
                "guard_upstream_seconds_bucket{guard=\"NAME\",le=\"5.0\"} 0",
                "guard_build_info{guard=\"NAME\",revision=\"unknown\",version=\"0.1.0-SNAPSHOT\"} 1",
                "guard_mode{guard=\"NAME\",mode=\"auto\"} 1.0",
                "guard_mode{guard=\"NAME\",mode=\"fallback\"} 0.0",
                "guard_mode{guard=\"NAME\",mode=\"upstream\"} 0.0",
                "guard_settings_rejected_total{guard=\"NAME\"} 0.0",
                "guard_settings_refused{guard=\"NAME\"} 0.0",
                "guard_settings_override{guard=\"NAME\"} 0.0",
                "guard_settings_override_refused{guard=\"NAME\"} 0.0"
            })
    void exportsOtherMetersAtStartup(String line) throws IOException {
        try (var fresh = RunningGuard.start("mode: auto\n")) {
            assertThat(lines(get(fresh.management(), "/prometheus").body()))
                    .contains(line.replace("NAME", name));
        }
    }

    @Test
    void firstFallbackIncrementsOneCounter() throws IOException {
        String before = get(guard.management(), "/prometheus").body();

        guard.http().ask(kind.authRequest().with("X-Forwarded-Proto", "http"));

        List<String> changed =
                lines(get(guard.management(), "/prometheus").body()).stream()
                        .filter(line -> line.startsWith("guard_fallback_total{"))
                        .filter(line -> !lines(before).contains(line))
                        .toList();
        assertThat(changed).hasSize(1);
        assertThat(changed.getFirst()).contains("reason=\"connect_refused\"").endsWith(" 1.0");
    }

    @ParameterizedTest
    @CsvSource({
        "/health/liveness, UP",
        "/health/readiness, UP",
        "/health, UP",
    })
    void isHealthyWhileUpstreamIsDown(String path, String status) throws IOException {
        assertThat(guard.http().ask(kind.authRequest()).headers("X-Guard-Fallback"))
                .containsExactly("connect_refused");

        RawAnswer answer = get(guard.management(), path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\":\"" + status + "\"");
    }

    @Test
    void answersOkOnMainPort() throws IOException {
        RawAnswer answer = get(guard.http(), "/healthz");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().strip()).isEqualTo("ok");
        assertThat(answer.header("Content-Type")).get().asString().startsWith("text/plain");
    }

    @Test
    void showsStatusOnManagementPort() throws IOException {
        RawAnswer answer = get(guard.management(), "/status");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.body())
                .contains("\"guard\":\"" + name + "\"")
                .contains("\"build\":{\"version\":\"0.1.0-SNAPSHOT\",\"revision\":\"unknown\"}")
                .contains("\"mode\":\"auto\"")
                .contains("\"upstream\":\"" + upstream.uri() + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/readiness", "/prometheus", "/status"})
    void hidesManagementOnMainPort(String path) throws IOException {
        assertThat(get(guard.http(), path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/env", "/beans", "/routes", "/loggers", "/refresh", "/stop", "/info"})
    void hasNoOtherEndpoint(String path) throws IOException {
        assertThat(get(guard.management(), path).status()).isEqualTo(404);
    }

    private static RawAnswer get(RawHttp http, String path) throws IOException {
        return http.ask(RawRequest.get(path));
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
