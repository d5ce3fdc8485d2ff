package dev.forwardguard.upstream;

import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.breaker.SlidingWindow;

import java.time.Duration;

/**
 * Notices that most verdicts have suspect statuses. Either the upstream is broken, or clients
 * provoke errors. A probe tells, which a working upstream is known to answer well. Only if it gets
 * a suspect answer, too, is the upstream taken for broken. So no client can open the circuit.
 */
final class PassiveHealthCheck {
    private static final Duration WINDOW = Duration.ofSeconds(30);
    private static final int MINIMUM_ANSWERS = 20;
    private static final int MINIMUM_PERCENT = 51;

    private final ProbeSettings settings;
    private final Ticker ticker;
    private final UpstreamMetrics meters;
    private volatile SlidingWindow window;

    PassiveHealthCheck(ProbeSettings settings, Ticker ticker, UpstreamMetrics meters) {
        this.settings = settings;
        this.ticker = ticker;
        this.meters = meters;
        this.window = new SlidingWindow(WINDOW, ticker);
    }

    /** Records the status of a verdict. Returns whether only a probe can tell what it means. */
    boolean note(int status) {
        if (settings.suspectStatuses().isEmpty()) {
            return false;
        }
        boolean suspect = settings.suspectStatuses().contains(status);
        window.add(suspect);
        if (suspect) {
            meters.recordSuspect();
        }
        return suspect && isDoubtful();
    }

    /** Whether most of the latest verdicts were suspect, and a probe can tell what they mean. */
    boolean isDoubtful() {
        return settings.host().isPresent()
                && window.counts().reaches(MINIMUM_ANSWERS, MINIMUM_PERCENT);
    }

    /** Forgets all verdicts: what they meant is known. */
    void forget() {
        window = new SlidingWindow(WINDOW, ticker);
    }
}
