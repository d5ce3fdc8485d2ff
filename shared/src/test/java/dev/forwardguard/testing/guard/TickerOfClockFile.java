package dev.forwardguard.testing.guard;

import dev.forwardguard.testing.ClockFile;
import dev.forwardguard.time.Ticker;

import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;

import jakarta.inject.Singleton;

import java.nio.file.Path;

/** The monotonic clock of a guard process that a test has to itself, ahead of the real one. */
@Singleton
@Replaces(Ticker.class)
@Requires(property = ClockFile.PROPERTY)
final class TickerOfClockFile implements Ticker {
    private final Ticker real = Ticker.system();
    private final ClockFile file;

    TickerOfClockFile(@Property(name = ClockFile.PROPERTY) String file) {
        this.file = new ClockFile(Path.of(file));
    }

    @Override
    public long nanos() {
        return real.nanos() + file.ahead().toNanos();
    }
}
