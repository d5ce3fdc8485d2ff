package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.ObjectName;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What changed objects use without its being changed with them. It must still be there when they
 * are written: a router without one of its middlewares is off, and a wider one takes its requests.
 */
final class Needs {
    private final NavigableMap<ObjectName, NavigableMap<String, String>> objects;
    private final References references;

    Needs(Difference difference) {
        objects = difference.after().objects();
        references = References.in(difference.after());
    }

    /** The keys that must be there when these changes are written in one transaction. */
    NavigableMap<String, String> of(Collection<Change> changes) {
        Set<ObjectName> own = new TreeSet<>();
        changes.stream().flatMap(each -> Stream.ofNullable(each.object())).forEach(own::add);
        NavigableMap<String, String> keys = new TreeMap<>();
        for (ObjectName object : own) {
            for (ObjectName each : references.reachedFrom(object)) {
                if (!own.contains(each)) {
                    keys.putAll(objects.getOrDefault(each, new TreeMap<>()));
                }
            }
        }
        return keys;
    }
}
