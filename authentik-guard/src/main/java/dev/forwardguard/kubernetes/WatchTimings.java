package dev.forwardguard.kubernetes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Timeouts and pauses for talking to the API server.
 *
 * @param connectTimeout the timeout for connecting
 * @param listDeadline the total time for one list, connect included
 * @param watch the maximum duration of a watch, after which the server ends it; up to a sixth is
 *     subtracted as jitter
 * @param readTimeout the longest wait for bytes from the server; must exceed {@code watch}, whose
 *     end the server reports
 * @param minWatch a watch that ends earlier counts as a failure
 * @param minPause the first pause after a failure, before jitter
 * @param maxPause the pause up to which it doubles
 * @param maxRetryAfter the longest {@code Retry-After} that is respected
 * @param graceCheck how often to read the deletion grace, which may change
 */
record WatchTimings(
        Duration connectTimeout,
        Duration listDeadline,
        Duration watch,
        Duration readTimeout,
        Duration minWatch,
        Duration minPause,
        Duration maxPause,
        Duration maxRetryAfter,
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

    /** The total time for one watch, so that a watch which only sends blank lines ends, too. */
    Duration watchDeadline() {
        return watch.plus(watch.dividedBy(4));
    }

    /** The {@code timeoutSeconds} of a watch. Random, so that replicas reconnect separately. */
    long watchSeconds() {
        return Math.max(1, jittered(watch, watch.dividedBy(6)).toSeconds());
    }

    /** The pause after this many failures in a row. Doubles each time; up to half is jitter. */
    Duration pause(int failures) {
        Duration doubled = minPause.multipliedBy(1L << Math.clamp(failures - 1, 0, 16));
        Duration pause = doubled.compareTo(maxPause) < 0 ? doubled : maxPause;
        return jittered(pause, pause.dividedBy(2));
    }

    private static Duration jittered(Duration max, Duration jitter) {
        return max.minusNanos(ThreadLocalRandom.current().nextLong(jitter.toNanos() + 1));
    }
}
