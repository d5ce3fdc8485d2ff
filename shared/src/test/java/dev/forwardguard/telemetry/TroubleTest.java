package dev.forwardguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.telemetry.Trouble.Spell;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;
import dev.forwardguard.upstream.UpstreamCondition.Trip;
import dev.forwardguard.upstream.UpstreamRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

class TroubleTest implements Upstream {
    private long now = Long.MAX_VALUE; // overflows on the way
    private final Trouble trouble = new Trouble(() -> now, this);
    private UpstreamCondition condition = UpstreamCondition.UNKNOWN;

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamRequest request, GuardSettings under) {
        throw new AssertionError("asked for a verdict");
    }

    @Override
    public UpstreamCondition condition() {
        return condition;
    }

    /** The circuit opened so long ago. */
    private void open(int seconds) {
        condition =
                new UpstreamCondition(
                        Optional.of(new Trip("reset", seconds(seconds), Optional.empty())),
                        Optional.empty(),
                        Optional.empty(),
                        List.of());
    }

    private Spell last() {
        return trouble.last().orElseThrow();
    }

    private boolean isOver() {
        return last().isOver(condition);
    }

    private void falls(FallbackReason reason) {
        trouble.note(reason);
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void thereIsNoneAtFirst() {
        assertThat(trouble.last()).isEmpty();
    }

    @Test
    void lastsWhileDecisionsHaveNoVerdict() {
        falls(FallbackReason.RESET);
        pass(30);
        falls(FallbackReason.DEADLINE);
        pass(4);

        assertThat(last()).isEqualTo(new Spell(FallbackReason.DEADLINE, seconds(34), seconds(4)));
        assertThat(isOver()).isFalse();
    }

    @Test
    void openCircuitIsNoReason() {
        falls(FallbackReason.DNS);
        pass(2);
        falls(FallbackReason.CIRCUIT_OPEN);

        assertThat(trouble.last()).contains(new Spell(FallbackReason.DNS, seconds(2), seconds(0)));
    }

    @Test
    void knowsLastDecisionToWithinSecond() {
        falls(FallbackReason.RESET);
        now += 999_999_999;
        falls(FallbackReason.RESET);

        assertThat(last().last()).isEqualTo(Duration.ofNanos(999_999_999));
    }

    @Test
    void isOverHalfAMinuteAfterTheLast() {
        falls(FallbackReason.RESET);
        pass(30);
        assertThat(isOver()).isFalse();
        pass(1);
        assertThat(isOver()).isTrue();

        falls(FallbackReason.DNS);
        assertThat(last()).isEqualTo(new Spell(FallbackReason.DNS, Duration.ZERO, Duration.ZERO));
    }

    /** One visitor in an hour finds the circuit open. */
    @Test
    void goesOnWhileUpstreamIsDown() {
        falls(FallbackReason.RESET);
        pass(3);
        falls(FallbackReason.RESET);
        pass(3600);
        open(3600);
        assertThat(isOver()).isFalse();

        falls(FallbackReason.CIRCUIT_OPEN);
        assertThat(last()).isEqualTo(new Spell(FallbackReason.RESET, seconds(3603), seconds(0)));
    }

    @Test
    void isAnotherOneIfUpstreamIsDownSinceLater() {
        falls(FallbackReason.RESET);
        pass(3600);
        open(60);
        assertThat(isOver()).isTrue();

        falls(FallbackReason.CIRCUIT_OPEN);
        assertThat(last())
                .isEqualTo(new Spell(FallbackReason.CIRCUIT_OPEN, seconds(0), seconds(0)));
    }

    @ParameterizedTest
    @EnumSource(
            value = FallbackReason.class,
            names = {"FORCED", "BAD_REQUEST", "RESPONSE_TOO_LARGE"})
    void whatVisitorsOrOperatorsBringAboutIsNone(FallbackReason reason) {
        falls(reason);

        assertThat(trouble.last()).isEmpty();
    }
}
