package dev.forwardguard.kubernetes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long everything may take.
 *
 * @param connectTimeout for a connection
 * @param listDeadline for a whole list, connection included
 * @param watch after which the server ends a watch, at most; a sixth of it is jitter
 * @param silence the longest silence of the server; longer than a watch, whose end breaks it
 * @param settled a watch that ended earlier counts as a failure
 * @param shortestPause the first pause after a failure, before jitter
 * @param longestPause what it doubles up to
 * @param longestRetryAfter what a server that asks for patience is granted
 * @param graceCheck how often the deletion grace, which may change, is looked at
 */
record WatchTimings(
        Duration connectTimeout,
        Duration listDeadline,
        Duration watch,
        Duration silence,
        Duration settled,
        Duration shortestPause,
        Duration longestPause,
        Duration longestRetryAfter,
        Duration graceCheck) {

    static final WatchTimings DEFAULT =
            new WatchTimings(
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(65),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(250));

    /** For a whole watch: one that drips and never says a word ends, too. */
    Duration watchDeadline() {
        return watch.plus(watch.dividedBy(4));
    }

    /** What to ask the server for; not the same on all replicas. */
    long watchSeconds() {
        return Math.max(1, jittered(watch, watch.dividedBy(6)).toSeconds());
    }

    /** The pause after so many failures in a row: doubling, and half of it is jitter. */
    Duration pause(int failures) {
        Duration doubled = shortestPause.multipliedBy(1L << Math.clamp(failures - 1, 0, 16));
        Duration pause = doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
        return jittered(pause, pause.dividedBy(2));
    }

    private static Duration jittered(Duration most, Duration jitter) {
        return most.minusNanos(ThreadLocalRandom.current().nextLong(jitter.toNanos() + 1));
    }
}
