package dev.forwardguard.authentik.emergency;

import dev.forwardguard.time.Ticker;

import java.util.concurrent.TimeUnit;

/** Limits the log lines of one kind per second; the others are only counted. */
final class LogRateLimit {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final Ticker ticker;

    private long windowStart; // this field and the next two are guarded by this
    private int written;
    private long suppressed;

    LogRateLimit(int perSecond, Ticker ticker) {
        this.perSecond = perSecond;
        this.ticker = ticker;
        this.windowStart = ticker.nanos();
    }

    /** Whether one more line may be logged in this second. If not, counts it as suppressed. */
    synchronized boolean take() {
        long now = ticker.nanos();
        if (now - windowStart >= SECOND) {
            windowStart = now;
            written = 0;
        }
        if (written == perSecond) {
            suppressed++;
            return false;
        }
        written++;
        return true;
    }

    /** The number of lines suppressed since the last call. */
    synchronized long suppressed() {
        long since = suppressed;
        suppressed = 0;
        return since;
    }
}
