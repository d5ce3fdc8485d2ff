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
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;
import dev.forwardguard.upstream.UpstreamCondition.Failures;
import dev.forwardguard.upstream.UpstreamCondition.Trip;
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
    private final Trouble trouble = new Trouble(() -> now, this);
    private CircuitState circuit = CircuitState.CLOSED;
    private Optional<String> cause = Optional.empty();
    private long openedAt;
    private Optional<Long> closedAt = Optional.empty();
    private boolean failed;
    private long firstFailureAt;
    private Optional<Long> answeredAt = Optional.empty();
    private Health login = new Health(false, Optional.empty());
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
        return new UpstreamCondition(
                cause.map(any -> new Trip(any, ago(openedAt), closedAt.map(this::ago))),
                Optional.empty(),
                failed
                        ? Optional.of(
                                new Failures(
                                        FallbackReason.DNS,
                                        ago(firstFailureAt),
                                        Duration.ZERO,
                                        answeredAt.map(this::ago)))
                        : Optional.empty(),
                List.of());
    }

    private Duration ago(long at) {
        return Duration.ofNanos(now - at);
    }

    @Override
    public Health health() {
        return login;
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

    /** A request is decided without a verdict, for a reason that is not the upstream. */
    private void falls(FallbackReason reason) {
        trouble.note(reason);
    }

    private void fails(FallbackReason reason) {
        if (!failed || answeredAt.isPresent()) {
            firstFailureAt = now;
        }
        failed = true;
        answeredAt = Optional.empty();
        trouble.note(reason);
    }

    private void answers() {
        answeredAt = Optional.of(now);
    }

    private void opens() {
        circuit = CircuitState.OPEN;
        cause = Optional.of("deadline");
        openedAt = now;
        closedAt = Optional.empty();
    }

    private void closes() {
        circuit = CircuitState.CLOSED;
        closedAt = Optional.of(now);
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

    @Test
    void relaysSinceTheStart() {
        pass(5);

        is(Word.RELAYING, 5, "");
    }

    @Test
    void isDegradedWhileRequestsGetNoVerdict() {
        falls(FallbackReason.OVERLOAD);
        pass(10);
        is(Word.DEGRADED, 10, "overload");

        pass(21);
        is(Word.RELAYING, 31, "");
    }

    @Test
    void staysDegradedUntilSomethingIsAnswered() {
        fails(FallbackReason.DNS);
        pass(3600);
        is(Word.DEGRADED, 3600, "dns");

        fails(FallbackReason.RESET);
        pass(60);
        is(Word.DEGRADED, 3660, "reset");

        answers();
        pass(20);
        is(Word.RELAYING, 20, "");

        fails(FallbackReason.DNS);
        is(Word.DEGRADED, 0, "dns");
    }

    @Test
    void outageBeginsWithItsFirstDecision() {
        fails(FallbackReason.DEADLINE);
        pass(3);
        opens();
        is(Word.OPEN, 3, "deadline");

        pass(3600); // nobody came
        is(Word.OPEN, 3603, "deadline");
        answers();
        circuit = CircuitState.HALF_OPEN;
        is(Word.RECOVERING, 3603, "deadline");
    }

    /** Each visitor is more than half a minute after the one before. */
    @Test
    void outageOfQuietSiteIsOne() {
        fails(FallbackReason.RESET);
        pass(3);
        opens();
        for (int minute = 0; minute < 60; minute++) {
            pass(60);
            falls(FallbackReason.CIRCUIT_OPEN);
            is(Word.OPEN, 3 + 60 * (minute + 1), "deadline");
        }
        pass(10);
        answers();
        circuit = CircuitState.HALF_OPEN;
        is(Word.RECOVERING, 3613, "deadline");

        closes();
        pass(10);
        is(Word.RECOVERING, 3623, "reset");

        pass(20);
        is(Word.RELAYING, 30, "");
    }

    /** Suspect verdicts are verdicts, so nothing fell back before the circuit opened. */
    @Test
    void openCircuitIsNoReasonAfterwardsEither() {
        opens();
        pass(60);
        falls(FallbackReason.CIRCUIT_OPEN);
        closes();

        is(Word.RECOVERING, 60, "deadline");
    }

    @Test
    void outageOfAnotherDayIsAnotherOne() {
        fails(FallbackReason.RESET);
        opens();
        answers();
        closes();
        pass(86_400);
        opens();
        pass(60);

        falls(FallbackReason.CIRCUIT_OPEN);
        is(Word.OPEN, 60, "deadline");
    }

    @Test
    void recoversUntilHalfAMinuteIsQuiet() {
        fails(FallbackReason.DEADLINE);
        opens();
        pass(10);
        answers();
        closes();
        is(Word.RECOVERING, 10, "deadline");

        pass(1);
        fails(FallbackReason.RESET);
        is(Word.DEGRADED, 11, "reset");
        answers();

        pass(31);
        is(Word.RELAYING, 31, "");
    }

    @Test
    void isForcedByItsMode() {
        pass(5);
        opens();
        pass(2);
        mode("fallback");
        pass(7);
        is(Word.FORCED, 7, "forced");

        mode("upstream"); // asks nobody's circuit
        is(Word.RELAYING, 0, "");
        falls(FallbackReason.OVERLOAD);
        pass(31);
        is(Word.RELAYING, 31, "");
        mode("auto");
        is(Word.OPEN, 40, "deadline");
    }

    @Test
    void isDegradedWithoutWhatTheUpstreamNeeds() {
        pass(100);
        login = new Health(true, Optional.of(NOW.minusSeconds(40)));
        is(Word.DEGRADED, 40, "login_down");

        falls(FallbackReason.LOGIN_DOWN); // the first one who had to log in
        is(Word.DEGRADED, 40, "login_down");

        pass(31);
        login = new Health(false, Optional.of(NOW.minusSeconds(4)));
        is(Word.RELAYING, 4, "");
    }
}
