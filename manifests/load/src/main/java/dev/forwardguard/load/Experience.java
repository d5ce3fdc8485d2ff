package dev.forwardguard.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group of people experiences: how long their requests take, and how often and how long they
 * get no verdict or cannot log in. Thread-safe.
 */
final class Experience {
    private static final Duration GOOD_TIME = Duration.ofMillis(250);
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    private final List<Duration> measured = new ArrayList<>();
    private final List<Duration> corrected = new ArrayList<>();
    private long withoutVerdict;
    private long reconnected;
    private Duration longestStreak = Duration.ZERO;

    /**
     * Records a response.
     *
     * @param stall how long the guard or this program had no processor meanwhile
     */
    synchronized void add(boolean verdict, Duration took, Duration stall) {
        measured.add(took);
        corrected.add(less(took, stall));
        withoutVerdict += verdict ? 0 : 1;
    }

    /** Records how long a visitor has been without a verdict. */
    synchronized void addStreak(Duration streak, Duration stall) {
        Duration length = less(streak, stall);
        longestStreak = length.compareTo(longestStreak) > 0 ? length : longestStreak;
    }

    /** Records that a kept connection turned out to be closed. */
    synchronized void addReconnect() {
        reconnected++;
    }

    private static Duration less(Duration time, Duration stall) {
        Duration rest = time.minus(stall);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    synchronized boolean isFast() {
        return !measured.isEmpty() && latency(corrected).at(0.99).compareTo(GOOD_TIME) <= 0;
    }

    synchronized boolean isSteady() {
        return longestStreak.compareTo(TWO_SECONDS) <= 0;
    }

    synchronized boolean isAlwaysWithinTwoSeconds() {
        return withoutVerdict == 0
                && !corrected.isEmpty()
                && latency(corrected).at(1).compareTo(TWO_SECONDS) <= 0;
    }

    private static Latency latency(List<Duration> times) {
        return new Latency(times.stream().sorted().toList());
    }

    @Override
    public synchronized String toString() {
        return ("%,d requests: %s; less the time without a processor %s; %,d without a verdict,"
                        + " for %d ms in a row at most; %,d reconnects")
                .formatted(
                        measured.size(),
                        latency(measured),
                        latency(corrected),
                        withoutVerdict,
                        longestStreak.toMillis(),
                        reconnected);
    }
}
