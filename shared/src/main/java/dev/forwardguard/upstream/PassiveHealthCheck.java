package dev.forwardguard.upstream;

import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.breaker.SlidingWindow;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Distinguishes a broken upstream from clients that provoke errors. Both cause many verdicts with
 * suspect statuses. The guard then sends a probe, which a working upstream is known to answer well.
 * Only if the probe gets a suspect answer, too, is the upstream taken for broken. So no client can
 * open the circuit.
 */
final class PassiveHealthCheck {
    private static final Duration WINDOW = Duration.ofSeconds(30);
    private static final int MINIMUM_ANSWERS = 20;
    private static final int MINIMUM_PERCENT = 51;
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final ProbeSettings settings;
    private final Probe probe;
    private final Ticker ticker;
    private final Runnable confirmed;
    private final UpstreamMetrics meters;
    private final AtomicBoolean checking = new AtomicBoolean();
    private volatile SlidingWindow window;
    private volatile long checkedAt;

    /**
     * @param confirmed runs when a probe has confirmed that the upstream is broken
     */
    PassiveHealthCheck(
            ProbeSettings settings,
            Probe probe,
            Ticker ticker,
            Runnable confirmed,
            UpstreamMetrics meters) {
        this.settings = settings;
        this.probe = probe;
        this.ticker = ticker;
        this.confirmed = confirmed;
        this.meters = meters;
        this.window = new SlidingWindow(WINDOW, ticker);
        this.checkedAt = ticker.nanos() - PAUSE_NANOS;
    }

    /** Records the status of a verdict. */
    void note(int status) {
        if (settings.suspectStatuses().isEmpty()) {
            return;
        }
        boolean suspect = settings.suspectStatuses().contains(status);
        window.add(suspect);
        if (suspect) {
            meters.recordSuspect();
            if (settings.host().isPresent()
                    && window.counts().reaches(MINIMUM_ANSWERS, MINIMUM_PERCENT)) {
                check();
            }
        }
    }

    /**
     * Runs one check at a time, and pauses after each, because the next suspect verdicts would only
     * ask for the same check again.
     */
    private void check() {
        if (ticker.nanos() - checkedAt < PAUSE_NANOS || !checking.compareAndSet(false, true)) {
            return;
        }
        probe.send().whenComplete((result, ignored) -> checked(result));
    }

    private void checked(ProbeResult result) {
        try {
            if (result == ProbeResult.SUSPECT && probe.evidence() == ProbeEvidence.CAN_TELL) {
                window = new SlidingWindow(WINDOW, ticker);
                confirmed.run();
            }
        } finally { // an error must not be the end of all checks
            checkedAt = ticker.nanos();
            checking.set(false);
        }
    }
}
