package dev.forwardguard.testing.guard;

import dev.forwardguard.time.Ticker;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;

import jakarta.inject.Singleton;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The guard's monotonic clock, ahead of the real one. */
@Singleton
@Replaces(Ticker.class)
@Requires(property = SettableTicker.PROPERTY)
public final class SettableTicker implements Ticker {
    /** The property that enables it. */
    public static final String PROPERTY = "test.settable-ticker";

    private final Ticker real = Ticker.system();
    private final AtomicLong ahead = new AtomicLong();

    /** Lets time pass at once. */
    public void advance(Duration by) {
        ahead.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
        return real.nanos() + ahead.get();
    }
}
