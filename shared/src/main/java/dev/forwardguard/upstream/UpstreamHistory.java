package dev.forwardguard.upstream;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers what became of an upstream lately, on the way to the metrics. A verdict costs a read,
 * and a write in each second; all else is rare.
 */
final class UpstreamHistory implements UpstreamMetrics {
    static final int PROBES = 20;

    private static final long STEP = TimeUnit.SECONDS.toNanos(1);

    private final UpstreamMetrics meters;
    private final Ticker ticker;
    private final AtomicLong verdictAt = new AtomicLong();
    private volatile boolean anyVerdict;
    private volatile @Nullable Moment<FallbackReason> failure;
    private final Deque<Moment<ProbeResult>> probes = new ArrayDeque<>();

    private record Moment<T>(T what, long at) {}

    UpstreamHistory(UpstreamMetrics meters, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
    }

    /**
     * Notes that a request was answered with a verdict.
     *
     * @param now a reading of the clock
     */
    void verdict(long now) {
        if (!anyVerdict || now - verdictAt.getPlain() >= STEP) {
            verdictAt.setRelease(now);
            anyVerdict = true;
        }
    }

    /** Notes that a request was not. */
    void failure(FallbackReason reason, long now) {
        failure = new Moment<>(reason, now);
    }

    @Override
    public void recordLatency(long nanos) {
        meters.recordLatency(nanos);
    }

    @Override
    public void recordProbe(ProbeResult result) {
        meters.recordProbe(result);
        synchronized (this) {
            if (probes.size() == PROBES) {
                probes.removeLast();
            }
            probes.addFirst(new Moment<>(result, ticker.nanos()));
        }
    }

    @Override
    public void recordSuspect() {
        meters.recordSuspect();
    }

    /** What was probed until now is another upstream. */
    synchronized void forgetProbes() {
        probes.clear();
    }

    /**
     * @param circuit if there is one yet
     */
    synchronized UpstreamCondition condition(@Nullable ProbedCircuit circuit) {
        long now = ticker.nanos();
        return new UpstreamCondition(
                circuit == null ? Optional.empty() : circuit.tripped(),
                circuit == null ? Optional.empty() : circuit.closedAgain(),
                anyVerdict ? Optional.of(ago(verdictAt.getAcquire(), now)) : Optional.empty(),
                Optional.ofNullable(failure).map(moment -> past(moment, now)),
                probesUntil(now));
    }

    private List<Past<ProbeResult>> probesUntil(long now) {
        return probes.stream().map(moment -> past(moment, now)).toList();
    }

    private static <T> Past<T> past(Moment<T> moment, long now) {
        return new Past<>(moment.what(), ago(moment.at(), now));
    }

    /** An event loop may have noted it after the clock was read. */
    private static Duration ago(long at, long now) {
        return Duration.ofNanos(Math.max(0, now - at));
    }
}
