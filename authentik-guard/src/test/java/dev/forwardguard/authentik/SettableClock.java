package dev.forwardguard.authentik;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;

import jakarta.inject.Singleton;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** The guard's wall clock, ahead of the real one. */
@Singleton
@Replaces(Clock.class)
@Requires(property = SettableClock.PROPERTY)
final class SettableClock extends Clock {
    /** The property that enables it. */
    static final String PROPERTY = "test.settable-clock";

    private static final Clock REAL = Clock.systemUTC();

    private volatile Duration ahead = Duration.ZERO;

    void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
        return REAL.instant().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return REAL.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return offset(REAL.withZone(zone), ahead);
    }
}
