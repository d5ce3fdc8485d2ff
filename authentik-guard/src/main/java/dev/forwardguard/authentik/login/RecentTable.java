package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.time.Ticker;

import java.time.Duration;

/** Tables of what happened lately. They have no thread of their own: whoever uses one tidies it. */
public final class RecentTable {
    private RecentTable() {}

    /**
     * Creates a table.
     *
     * @param time for which an entry is kept, from when it was put there
     * @param most entries; beyond it, those that are used least go
     */
    public static <K, V> Cache<K, V> create(Ticker ticker, Duration time, int most) {
        return Caffeine.newBuilder()
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .expireAfterWrite(time)
                .maximumSize(most)
                .build();
    }
}
