package dev.forwardguard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.telemetry.Trouble.Spell;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;

class TroubleTest {
    private long now = Long.MAX_VALUE; // overflows on the way
    private final Trouble trouble = new Trouble(() -> now);

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

        Spell spell = trouble.last().orElseThrow();
        assertThat(spell).isEqualTo(new Spell(FallbackReason.DEADLINE, seconds(34), seconds(4)));
        assertThat(spell.isOver()).isFalse();
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

        assertThat(trouble.last().orElseThrow().last()).isEqualTo(Duration.ofNanos(999_999_999));
    }

    @Test
    void isOverHalfAMinuteAfterTheLast() {
        falls(FallbackReason.RESET);
        pass(30);
        assertThat(trouble.last().orElseThrow().isOver()).isFalse();
        pass(1);
        assertThat(trouble.last().orElseThrow().isOver()).isTrue();

        falls(FallbackReason.DNS);
        assertThat(trouble.last().orElseThrow())
                .isEqualTo(new Spell(FallbackReason.DNS, Duration.ZERO, Duration.ZERO));
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
