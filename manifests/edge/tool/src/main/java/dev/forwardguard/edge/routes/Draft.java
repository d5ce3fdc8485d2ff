package dev.forwardguard.edge.routes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The keys of all files, where each comes from, and what was found wrong so far. */
final class Draft {
    private final NavigableMap<String, String> keys = new TreeMap<>();
    private final Map<String, Spot> spots = new HashMap<>();
    private final NavigableMap<ObjectName, Spot> objects = new TreeMap<>();
    private final List<Link> links = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** One object names another. */
    record Link(ObjectName from, ObjectName to, Spot spot) {}

    void put(Spot spot, String value) {
        keys.put(spot.key(), value);
        spots.put(spot.key(), spot);
    }

    /** Remembers where something is that has no key itself: a list, an object, a wrong value. */
    void mark(Spot spot) {
        spots.putIfAbsent(spot.key(), spot);
    }

    /** The object's earlier place, if there is one. */
    Optional<Spot> define(ObjectName object, Spot spot) {
        return Optional.ofNullable(objects.putIfAbsent(object, spot));
    }

    void link(ObjectName from, ObjectName to, Spot spot) {
        links.add(new Link(from, to, spot));
    }

    void problem(Problem problem) {
        problems.add(problem);
    }

    /** A problem of a key, or else of the list or object around it. */
    void problem(String key, String text) {
        String at = key;
        while (!spots.containsKey(at) && at.contains("/")) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        Spot spot = spots.get(at);
        if (spot == null) {
            throw new IllegalStateException("no place for " + key);
        }
        problems.add(spot.problem(text));
    }

    NavigableMap<ObjectName, Spot> objects() {
        return Collections.unmodifiableNavigableMap(objects);
    }

    List<Link> links() {
        return Collections.unmodifiableList(links);
    }

    List<Problem> problems() {
        return Collections.unmodifiableList(problems);
    }

    KeyTree keyTree() {
        return new KeyTree(keys);
    }

    /** Where a key, or a list or an object, comes from. */
    Optional<Spot> spot(String key) {
        return Optional.ofNullable(spots.get(key));
    }

    /** The value of a key. */
    Optional<String> value(String key) {
        return Optional.ofNullable(keys.get(key));
    }

    boolean isTrue(String key) {
        return "true".equals(keys.get(key));
    }

    /** Whether there is the key, or one below it. */
    boolean has(String key) {
        return spots.containsKey(key);
    }

    /** The keys that begin with a prefix. */
    NavigableMap<String, String> below(String prefix) {
        return keys.subMap(prefix, true, prefix + Character.MAX_VALUE, false);
    }
}
