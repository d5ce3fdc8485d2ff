package dev.forwardguard.load;

import java.time.Duration;

/**
 * How long one visitor gets no verdict at a stretch: from the first request without one until the
 * next verdict. Times are readings of {@link System#nanoTime}.
 */
final class Streak {
    private boolean lasts;
    private long from;

    /** Records a response; returns how long the stretch has lasted, zero if there is none. */
    Duration add(boolean verdict, long sent, long received) {
        boolean lasted = lasts;
        if (!verdict && !lasted) {
            from = sent;
        }
        lasts = !verdict;
        return verdict && !lasted ? Duration.ZERO : Duration.ofNanos(received - from);
    }

    /** When the stretch began that {@link #add} has last told about. */
    long from() {
        return from;
    }
}
