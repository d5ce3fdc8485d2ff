package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.upstream.UpstreamCondition.Failures;
import dev.forwardguard.upstream.UpstreamCondition.Trip;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class UpstreamHistoryTest implements UpstreamMetrics {
    private final List<String> passedOn = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos(); // overflows on the way
    private final UpstreamHistory history = new UpstreamHistory(this, () -> now);

    @Override
    public void recordLatency(long nanos) {
        passedOn.add("latency " + nanos);
    }

    @Override
    public void recordProbe(ProbeResult result) {
        passedOn.add("probe " + result.label());
    }

    @Override
    public void recordSuspect() {
        passedOn.add("suspect");
    }

    private UpstreamCondition condition() {
        return history.condition(Optional.empty());
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void knowsNothingAtFirst() {
        assertThat(condition()).isEqualTo(UpstreamCondition.UNKNOWN);
    }

    @Test
    void remembersLastVerdictAndFailuresInRow() {
        history.verdict(now);
        history.failure(FallbackReason.RESET, now);
        pass(7);
        history.failure(FallbackReason.DNS, now);
        pass(3);

        UpstreamCondition condition = condition();
        assertThat(condition.verdict()).contains(seconds(10));
        assertThat(condition.failures())
                .contains(
                        new Failures(
                                FallbackReason.DNS, seconds(10), seconds(3), Optional.empty()));
        assertThat(condition.down()).contains(seconds(10));
    }

    @Test
    void rowOfFailuresEndsWithAnyAnswer() {
        history.failure(FallbackReason.RESET, now);
        pass(5);
        history.verdict(now);
        pass(5);
        history.verdict(now);

        assertThat(condition().failures())
                .contains(
                        new Failures(
                                FallbackReason.RESET,
                                seconds(10),
                                seconds(10),
                                Optional.of(seconds(5))));
        assertThat(condition().down()).isEmpty();

        history.failure(FallbackReason.DNS, now);
        pass(1);
        assertThat(condition().down()).contains(seconds(1));

        history.answered(now); // a probe
        assertThat(condition().down()).isEmpty();
    }

    /** Its time is not written, because the one of the verdict before it is. */
    @Test
    void verdictInTheSameSecondEndsRow() {
        history.verdict(now);
        history.failure(FallbackReason.RESET, now + 300_000_000);
        history.verdict(now + 900_000_000);
        pass(60);

        assertThat(condition().down()).isEmpty();
    }

    @Test
    void openCircuitIsDown() {
        Trip open = new Trip("reset", seconds(4), Optional.empty());
        assertThat(history.condition(Optional.of(open)).down()).contains(seconds(4));

        history.failure(FallbackReason.RESET, now);
        pass(9);
        assertThat(history.condition(Optional.of(open)).down()).contains(seconds(9));

        history.answered(now);
        Trip closed = new Trip("reset", seconds(4), Optional.of(seconds(1)));
        assertThat(history.condition(Optional.of(closed)).down()).isEmpty();
    }

    @Test
    void knowsTimeOfVerdictToWithinSecond() {
        history.verdict(now);
        now += 400_000_000;
        history.verdict(now);
        assertThat(condition().verdict()).contains(Duration.ofMillis(400));

        now += 600_000_000;
        history.verdict(now);
        assertThat(condition().verdict()).contains(Duration.ZERO);
    }

    @Test
    void keepsTwentyProbes() {
        for (int i = 0; i < 100; i++) {
            history.recordProbe(i == 99 ? ProbeResult.ANSWERED : ProbeResult.FAILED);
            pass(1);
        }

        List<Past<ProbeResult>> probes = condition().probes();
        assertThat(probes).hasSize(20);
        assertThat(probes.getFirst()).isEqualTo(new Past<>(ProbeResult.ANSWERED, seconds(1)));
        assertThat(probes.getLast()).isEqualTo(new Past<>(ProbeResult.FAILED, seconds(20)));
    }

    @Test
    void passesEverythingOn() {
        history.recordLatency(5);
        history.recordProbe(ProbeResult.SUSPECT);
        history.recordSuspect();

        assertThat(passedOn).containsExactly("latency 5", "probe suspect", "suspect");
    }

    /** Another event loop may note something after the clock was read. */
    @Test
    void nothingIsInTheFuture() {
        history.verdict(now + 1);
        history.failure(FallbackReason.RESET, now + 1);

        assertThat(condition().verdict()).isEqualTo(Optional.of(Duration.ZERO));
        assertThat(condition().failures().orElseThrow().last()).isZero();
    }
}
