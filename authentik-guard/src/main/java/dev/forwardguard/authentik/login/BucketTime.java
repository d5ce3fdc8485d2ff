package dev.forwardguard.authentik.login;

import dev.forwardguard.time.Ticker;

import io.github.bucket4j.TimeMeter;

/** The clock of the buckets. */
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
