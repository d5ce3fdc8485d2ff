package dev.forwardguard.kubernetes;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** How long to wait before asking again; for one thread. */
final class Backoff {
    private final WatchTimings timings;
    private int failures;
    private boolean hurried;

    Backoff(WatchTimings timings) {
        this.timings = timings;
    }

    /**
     * The pause after a cycle.
     *
     * @param settled whether it had a watch that lasted, so that failures before it are history
     * @param asked what the server asked for
     */
    Duration after(ListWatchResult result, boolean settled, Duration asked) {
        boolean atOnce = result.atOnce() && (settled || !hurried);
        hurried = result.atOnce();
        if (settled) {
            failures = 0;
        }
        if (atOnce || result == ListWatchResult.OK) {
            return Duration.ZERO;
        }
        failures++;
        Duration granted = Collections.min(List.of(asked, timings.longestRetryAfter()));
        return Collections.max(List.of(granted, timings.pause(failures)));
    }
}
