package dev.forwardguard.authentik;

import dev.forwardguard.time.Ticker;

import java.util.concurrent.TimeUnit;

/** How many log lines of one kind are written in a second; the rest is only counted. */
final class LineBudget {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final Ticker ticker;

    private long begun; // this and the following guarded by this
    private int written;
    private long leftOut;

    LineBudget(int perSecond, Ticker ticker) {
        this.perSecond = perSecond;
        this.ticker = ticker;
        this.begun = ticker.nanos();
    }

    /** Whether there is room for one more line. */
    synchronized boolean take() {
        long now = ticker.nanos();
        if (now - begun >= SECOND) {
            begun = now;
            written = 0;
        }
        if (written == perSecond) {
            leftOut++;
            return false;
        }
        written++;
        return true;
    }

    /** How many found no room since this was asked last. */
    synchronized long leftOut() {
        long since = leftOut;
        leftOut = 0;
        return since;
    }
}
