package dev.forwardguard.edge.etcd;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The keys of a range, all at one revision.
 *
 * @param revision of the whole database
 * @param keys by their full names
 */
public record Range(long revision, NavigableMap<String, Stored> keys) {
    public Range {
        keys = Collections.unmodifiableNavigableMap(new TreeMap<>(keys));
    }
}
