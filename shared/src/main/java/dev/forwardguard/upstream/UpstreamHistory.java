package dev.forwardguard.upstream;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.UpstreamCondition.Failures;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

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
    private final AtomicReference<@Nullable Failed> failures = new AtomicReference<>();
    private final Deque<Probed> probes = new ArrayDeque<>();

    private record Probed(ProbeResult result, long at) {}

    /**
     * Requests that failed in a row.
     *
     * @param answeredAt when that was over; null until then
     */
    private record Failed(
            FallbackReason reason, long firstAt, long lastAt, @Nullable Long answeredAt) {
        Failed answered(long now) {
            return new Failed(reason, firstAt, lastAt, now);
        }
    }

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
        answered(now);
    }

    /** Notes that the upstream answers, be it to a request or to a probe. */
    void answered(long now) {
        Failed last = failures.get();
        if (last != null && last.answeredAt() == null) {
            failures.compareAndSet(last, last.answered(now)); // unless one more failed meanwhile
        }
    }

    /** Notes that a request was not answered with a verdict. */
    void failure(FallbackReason reason, long now) {
        failures.updateAndGet(
                before ->
                        before == null || before.answeredAt() != null
                                ? new Failed(reason, now, now, null)
                                : new Failed(reason, before.firstAt(), now, null));
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
            probes.addFirst(new Probed(result, ticker.nanos()));
        }
    }

    @Override
    public void recordSuspect() {
        meters.recordSuspect();
    }

    /**
     * @param trip of the circuit in force
     */
    synchronized UpstreamCondition condition(Optional<UpstreamCondition.Trip> trip) {
        long now = ticker.nanos();
        return new UpstreamCondition(
                trip,
                anyVerdict ? Optional.of(ago(verdictAt.getAcquire(), now)) : Optional.empty(),
                Optional.ofNullable(failures.get()).map(failed -> failures(failed, now)),
                probes.stream()
                        .map(probe -> new Past<>(probe.result(), ago(probe.at(), now)))
                        .toList());
    }

    private static Failures failures(Failed row, long now) {
        return new Failures(
                row.reason(),
                ago(row.firstAt(), now),
                ago(row.lastAt(), now),
                Optional.ofNullable(row.answeredAt()).map(at -> ago(at, now)));
    }

    /** An event loop may have noted it after the clock was read. */
    private static Duration ago(long at, long now) {
        return Duration.ofNanos(Math.max(0, now - at));
    }
}
