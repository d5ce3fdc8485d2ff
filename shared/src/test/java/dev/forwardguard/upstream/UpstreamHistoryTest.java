package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;

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

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void knowsNothingAtFirst() {
        assertThat(history.condition(null)).isEqualTo(UpstreamCondition.UNKNOWN);
    }

    @Test
    void remembersLastVerdictAndLastFailure() {
        history.verdict(now);
        history.failure(FallbackReason.RESET, now);
        pass(7);
        history.failure(FallbackReason.DNS, now);
        pass(3);

        UpstreamCondition condition = history.condition(null);
        assertThat(condition.verdict()).contains(seconds(10));
        assertThat(condition.failure()).contains(new Past<>(FallbackReason.DNS, seconds(3)));
    }

    @Test
    void knowsTimeOfVerdictToWithinSecond() {
        history.verdict(now);
        now += 400_000_000;
        history.verdict(now);
        assertThat(history.condition(null).verdict()).contains(Duration.ofMillis(400));

        now += 600_000_000;
        history.verdict(now);
        assertThat(history.condition(null).verdict()).contains(Duration.ZERO);
    }

    @Test
    void keepsTwentyProbes() {
        for (int i = 0; i < 100; i++) {
            history.recordProbe(i == 99 ? ProbeResult.ANSWERED : ProbeResult.FAILED);
            pass(1);
        }

        List<Past<ProbeResult>> probes = history.condition(null).probes();
        assertThat(probes).hasSize(20);
        assertThat(probes.getFirst()).isEqualTo(new Past<>(ProbeResult.ANSWERED, seconds(1)));
        assertThat(probes.getLast()).isEqualTo(new Past<>(ProbeResult.FAILED, seconds(20)));
    }

    @Test
    void probesOfAnotherUpstreamAreForgotten() {
        history.recordProbe(ProbeResult.FAILED);
        history.forgetProbes();

        assertThat(history.condition(null).probes()).isEmpty();
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

        assertThat(history.condition(null).verdict()).isEqualTo(Optional.of(Duration.ZERO));
        assertThat(history.condition(null).failure().orElseThrow().ago()).isZero();
    }
}
