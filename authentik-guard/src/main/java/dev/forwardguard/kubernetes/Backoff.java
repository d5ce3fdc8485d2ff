package dev.forwardguard.kubernetes;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** Computes how long to wait before the next list. Not thread-safe. */
final class Backoff {
    private final WatchTimings timings;
    private int failures;
    private boolean retriedAtOnce;

    Backoff(WatchTimings timings) {
        this.timings = timings;
    }

    /**
     * Returns the pause after a cycle of list and watch.
     *
     * @param settled whether the cycle had a watch that lasted, which resets the failure count
     * @param retryAfter the pause that the server asked for
     */
    Duration after(ListWatchResult result, boolean settled, Duration retryAfter) {
        boolean atOnce = result.retriesAtOnce() && (settled || !retriedAtOnce);
        retriedAtOnce = result.retriesAtOnce();
        if (settled) {
            failures = 0;
        }
        if (atOnce || result == ListWatchResult.OK) {
            return Duration.ZERO;
        }
        failures++;
        Duration granted = Collections.min(List.of(retryAfter, timings.maxRetryAfter()));
        return Collections.max(List.of(granted, timings.pause(failures)));
    }
}
