package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.ObjectName;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is to do about one object.
 *
 * @param object null for a key that belongs to none
 * @param before its keys in etcd; empty if it is new
 * @param after its keys in the files; empty if it goes
 */
public record Change(
        @Nullable ObjectName object,
        NavigableMap<String, String> before,
        NavigableMap<String, String> after) {
    /** The kinds of a change. */
    public enum Kind {
        ADD('+'),
        REPLACE('~'),
        DELETE('-');

        private final char sign;

        Kind(char sign) {
            this.sign = sign;
        }

        public char sign() {
            return sign;
        }
    }

    public Change {
        before = Collections.unmodifiableNavigableMap(new TreeMap<>(before));
        after = Collections.unmodifiableNavigableMap(new TreeMap<>(after));
    }

    public Kind kind() {
        if (before.isEmpty()) {
            return Kind.ADD;
        }
        return after.isEmpty() ? Kind.DELETE : Kind.REPLACE;
    }

    /** The keys that get a value, or another one. */
    NavigableMap<String, String> puts() {
        NavigableMap<String, String> puts = new TreeMap<>(after);
        puts.entrySet().removeIf(each -> each.getValue().equals(before.get(each.getKey())));
        return puts;
    }

    /** The keys that go. */
    SortedSet<String> deletes() {
        SortedSet<String> deletes = new TreeSet<>(before.keySet());
        deletes.removeAll(after.keySet());
        return deletes;
    }

    /** One line with the names of what changes, and no value: values may be secrets. */
    @Override
    public String toString() {
        if (object == null) {
            return kind().sign() + " " + before.firstKey() + " (a key of no object)";
        }
        String line = kind().sign() + " " + object;
        return kind() == Kind.REPLACE
                ? line + " (" + String.join(", ", changedFields(object)) + ")"
                : line;
    }

    private SortedSet<String> changedFields(ObjectName name) {
        SortedSet<String> fields = new TreeSet<>();
        puts().keySet().forEach(key -> fields.add(field(key, name)));
        deletes().forEach(key -> fields.add(field(key, name)));
        return fields;
    }

    /** The part of a key below its object, such as {@code rule}. */
    private static String field(String key, ObjectName name) {
        String prefix = name.prefix();
        boolean usual = key.regionMatches(true, 0, prefix, 0, prefix.length());
        return (usual ? key.substring(prefix.length()) : key).replace('/', '.');
    }

    /** Whether it is about a router, which is what requests reach first. */
    boolean isOfRouter() {
        return object != null && object.kind() == ObjectName.Kind.ROUTERS;
    }

    boolean isOfTlsOptions() {
        return object != null && object.kind() == ObjectName.Kind.OPTIONS;
    }

    /** How many operations of a transaction it takes. */
    int operations() {
        return puts().size() + deletes().size();
    }
}
