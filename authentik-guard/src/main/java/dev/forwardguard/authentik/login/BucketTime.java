package dev.forwardguard.authentik.login;

import dev.forwardguard.time.Ticker;

import io.github.bucket4j.TimeMeter;

/** Lets the token buckets read the time from a {@link Ticker}. */
record BucketTime(Ticker ticker) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
        return ticker.nanos();
    }

    @Override
    public boolean isWallClockBased() {
        return false;
    }
}
