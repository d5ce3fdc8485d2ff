package dev.forwardguard.authentik.emergency;

import dev.forwardguard.time.Ticker;

import java.util.concurrent.TimeUnit;

/** How many log lines of one kind are written in a second; the rest is only counted. */
final class LogRateLimit {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final Ticker ticker;

    private long begun; // this and the following guarded by this
    private int written;
    private long suppressed;

    LogRateLimit(int perSecond, Ticker ticker) {
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
            suppressed++;
            return false;
        }
        written++;
        return true;
    }

    /** How many found no room since this was asked last. */
    synchronized long suppressed() {
        long since = suppressed;
        suppressed = 0;
        return since;
    }
}
