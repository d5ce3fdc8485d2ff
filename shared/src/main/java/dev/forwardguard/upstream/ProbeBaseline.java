package dev.forwardguard.upstream;

import io.netty.channel.EventLoop;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Sends the probe before it is needed, until it had one answer that is not suspect. A later suspect
 * answer then shows that the upstream is broken, and not that {@code probe-host} is wrong.
 */
final class ProbeBaseline {
    static final Duration PAUSE = Duration.ofSeconds(10);

    private final Probe probe;
    private final EventLoop loop;
    private final BooleanSupplier mayAsk;

    /**
     * @param mayAsk whether the upstream may be asked at all; the probe waits while it may not
     */
    ProbeBaseline(Probe probe, EventLoop loop, BooleanSupplier mayAsk) {
        this.probe = probe;
        this.loop = loop;
        this.mayAsk = mayAsk;
    }

    /** Begins, unless the settings leave nothing to find out. Ends when {@code ended} says so. */
    void seek(BooleanSupplier ended) {
        if (probe.canLearn()) {
            schedule(ended, 0);
        }
    }

    private void ask(BooleanSupplier ended) {
        if (ended.getAsBoolean() || probe.evidence() == ProbeEvidence.CAN_TELL) {
            return;
        }
        if (mayAsk.getAsBoolean()) {
            probe.learn().whenComplete((_, _) -> schedule(ended, PAUSE.toNanos()));
        } else {
            schedule(ended, PAUSE.toNanos());
        }
    }

    private void schedule(BooleanSupplier ended, long nanos) {
        try {
            loop.schedule(() -> ask(ended), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException shuttingDown) {
            // no more requests will come
        }
    }
}
