package dev.forwardguard.status;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.status.GuardState.Word;
import dev.forwardguard.telemetry.Trouble;
import dev.forwardguard.upstream.Past;
import dev.forwardguard.upstream.ProbeResult;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;
import dev.forwardguard.upstream.UpstreamRequest;
import dev.forwardguard.upstream.breaker.CircuitState;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

class GuardStatesTest implements Upstream, Dependency {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final GuardSettings DEFAULTS =
            new GuardSettings(
                    Mode.AUTO,
                    UpstreamSettings.defaults(
                            URI.create("http://upstream.example:8080"),
                            new ProbeSettings("/probe", Optional.empty(), Set.of())),
                    BreakerSettings.DEFAULTS,
                    HeaderNames.of("Cookie"));

    private final LiveSettings<GuardSettings> settings =
            new LiveSettings<>(
                    root -> GuardSettings.take(root, Optional.empty(), DEFAULTS),
                    Function.identity(),
                    List.of(),
                    Clock.systemUTC());
    private long now;
    private final Trouble trouble = new Trouble(() -> now);
    private CircuitState circuit = CircuitState.CLOSED;
    private UpstreamCondition condition = UpstreamCondition.UNKNOWN;
    private Optional<Instant> loginDownSince = Optional.empty();
    private final GuardStates states =
            new GuardStates(
                    settings,
                    this,
                    trouble,
                    List.of(this),
                    () -> now,
                    Clock.fixed(NOW, ZoneOffset.UTC));

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamRequest request, GuardSettings under) {
        throw new AssertionError("asked for a verdict");
    }

    @Override
    public CircuitState circuit() {
        return circuit;
    }

    @Override
    public UpstreamCondition condition() {
        return condition;
    }

    @Override
    public Optional<Instant> downSince() {
        return loginDownSince;
    }

    @Override
    public FallbackReason reason() {
        return FallbackReason.LOGIN_DOWN;
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private void pass(int seconds) {
        now += seconds(seconds).toNanos();
    }

    private void falls(FallbackReason reason) {
        trouble.note(reason);
    }

    private void mode(String mode) {
        settings.value().offer(mode, ("mode: " + mode).getBytes(UTF_8));
    }

    private void is(Word word, int since, String reason) {
        assertThat(states.now())
                .isEqualTo(
                        new GuardState(
                                word,
                                seconds(since),
                                reason.isEmpty() ? Optional.empty() : Optional.of(reason)));
    }

    private void tripped(int ago) {
        condition =
                new UpstreamCondition(
                        Optional.of(new Past<>("deadline", seconds(ago))),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of());
    }

    /** Times of the last failure, verdict and answered probe; negative for never. */
    private void last(int failure, int verdict, int probe) {
        condition =
                new UpstreamCondition(
                        Optional.empty(),
                        Optional.empty(),
                        verdict < 0 ? Optional.empty() : Optional.of(seconds(verdict)),
                        failure < 0
                                ? Optional.empty()
                                : Optional.of(new Past<>(FallbackReason.DNS, seconds(failure))),
                        probe < 0
                                ? List.of(new Past<>(ProbeResult.FAILED, Duration.ZERO))
                                : List.of(new Past<>(ProbeResult.ANSWERED, seconds(probe))));
    }

    @Test
    void relaysSinceTheStart() {
        pass(5);

        is(Word.RELAYING, 5, "");
    }

    @Test
    void isDegradedWhileRequestsGetNoVerdict() {
        falls(FallbackReason.DNS);
        pass(10);
        is(Word.DEGRADED, 10, "dns");

        pass(21);
        is(Word.RELAYING, 31, "");
    }

    @Test
    void staysDegradedUntilSomethingIsAnswered() {
        falls(FallbackReason.DNS);
        pass(3600);
        last(3600, -1, -1);
        is(Word.DEGRADED, 3600, "dns");

        last(3600, 10, -1);
        is(Word.RELAYING, 3600, "");
        last(3600, 7200, 20);
        is(Word.RELAYING, 3600, "");
        last(3600, 7200, 7200);
        is(Word.DEGRADED, 3600, "dns");
    }

    @Test
    void outageBeginsWithItsFirstDecision() {
        falls(FallbackReason.DEADLINE);
        pass(3);
        circuit = CircuitState.OPEN;
        tripped(0);
        is(Word.OPEN, 3, "deadline");

        pass(3600); // nobody came
        tripped(3600);
        is(Word.OPEN, 3600, "deadline");
        circuit = CircuitState.HALF_OPEN;
        is(Word.RECOVERING, 3600, "deadline");
    }

    @Test
    void recoversUntilHalfAMinuteIsQuiet() {
        falls(FallbackReason.DEADLINE);
        pass(10);
        condition =
                new UpstreamCondition(
                        Optional.empty(),
                        Optional.of(seconds(1)),
                        Optional.empty(),
                        Optional.empty(),
                        List.of());
        is(Word.RECOVERING, 10, "deadline");

        falls(FallbackReason.RESET);
        is(Word.DEGRADED, 10, "reset");

        pass(31);
        is(Word.RELAYING, 1, ""); // the test's circuit always closed a second ago
    }

    @Test
    void isForcedByItsMode() {
        pass(5);
        circuit = CircuitState.OPEN;
        tripped(2);
        mode("fallback");
        pass(7);
        is(Word.FORCED, 7, "forced");

        mode("upstream"); // asks nobody's circuit
        is(Word.RELAYING, 0, "");
        mode("auto");
        is(Word.OPEN, 2, "deadline");
    }

    @Test
    void isDegradedWithoutWhatTheUpstreamNeeds() {
        pass(100);
        loginDownSince = Optional.of(NOW.minusSeconds(40));

        is(Word.DEGRADED, 40, "login_down");
    }
}
