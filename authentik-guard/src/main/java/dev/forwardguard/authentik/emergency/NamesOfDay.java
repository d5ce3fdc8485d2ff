package dev.forwardguard.authentik.emergency;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.authentik.login.RecentTable;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Names of users that came within a day. */
final class NamesOfDay {
    private static final Duration DAY = Duration.ofDays(1);

    /** As many as an htpasswd file may have. */
    static final int CAPACITY = 10_000;

    private final Cache<String, Boolean> names;

    NamesOfDay(Clock clock) {
        names =
                RecentTable.create(
                        () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()), DAY, CAPACITY);
    }

    /** Whether it did not come within a day; now it did. */
    boolean isNew(String name) {
        return names.asMap().putIfAbsent(name, true) == null;
    }

    long number() {
        names.cleanUp();
        return names.estimatedSize();
    }
}
