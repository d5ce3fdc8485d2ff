package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/**
 * A table that attackers can fill. It forgets what was not used for some time, and never anything
 * to make room: whoever adds to it asks first whether it {@link #isFull}.
 */
final class FailureTable<K, V> {
    private final int capacity;
    private final Cache<K, V> entries;

    FailureTable(Ticker ticker, int capacity, Duration memory) {
        this.capacity = capacity;
        entries =
                Caffeine.newBuilder()
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .expireAfterAccess(memory)
                        .build();
    }

    @Nullable V get(K key) {
        return entries.getIfPresent(key);
    }

    void put(K key, V value) {
        entries.put(key, value);
    }

    /** Removes this value, unless there is another one by now. */
    void remove(K key, V value) {
        entries.asMap().remove(key, value);
    }

    boolean isFull() {
        return entries.estimatedSize() >= capacity && size() >= capacity;
    }

    long size() {
        entries.cleanUp();
        return entries.estimatedSize();
    }
}
