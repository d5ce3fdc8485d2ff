package dev.forwardguard.time;

import java.time.Duration;
import java.time.InstantSource;

/**
 * A monotonic clock that also counts the time in which the machine was suspended, as Linux' {@code
 * CLOCK_BOOTTIME} does. The one that Java reads, {@code CLOCK_MONOTONIC}, stands still then
 * (clock_gettime(2)): after a night in a suspended virtual machine, what holds for an hour would
 * still hold.
 *
 * <p>It takes the wall clock's word for it. Wherever that gains more than a second on the monotonic
 * clock between two readings, time has passed; a wall clock that was set forward makes things old
 * too early, and one that was set back changes nothing. Thread-safe.
 */
public final class SuspensionTicker implements Ticker {
    private static final long UNNOTICED = Duration.ofSeconds(1).toNanos();

    /** More than anything that is timed with it, and far from an overflow. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private final Ticker ticker;
    private final InstantSource wallClock;
    private long lastNanos;
    private long lastMillis;
    private long suspended;

    /**
     * @param ticker that may stand still
     * @param wallClock that does not
     */
    public SuspensionTicker(Ticker ticker, InstantSource wallClock) {
        this.ticker = ticker;
        this.wallClock = wallClock;
        this.lastNanos = ticker.nanos();
        this.lastMillis = wallClock.millis();
    }

    @Override
    public synchronized long nanos() {
        long nanos = ticker.nanos();
        long millis = wallClock.millis();
        long passed = Math.clamp(millis - lastMillis, 0, LONGEST.toMillis()) * 1_000_000;
        long missed = passed - (nanos - lastNanos);
        if (missed > UNNOTICED) {
            suspended += missed;
        }
        lastNanos = nanos;
        lastMillis = millis;
        return nanos + suspended;
    }
}
