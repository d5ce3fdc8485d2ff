package dev.forwardguard.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the events at one guard; thread-safe. */
final class Counts {
    private static final int SHOWN = 20;

    private final ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final LongAdder violations = new LongAdder();
    private final String guard;

    Counts(String guard) {
        this.guard = guard;
    }

    /** Counts an event by heading and name, such as "reason deadline". */
    void count(String what) {
        counts.computeIfAbsent(what, any -> new LongAdder()).increment();
    }

    /** Counts a violation; the first 20 are printed in full. */
    void violation(String what, Object details) {
        violations.increment();
        count("violation " + what.replaceAll("[0-9]+", "N"));
        if (violations.sum() <= SHOWN) {
            System.out.printf("VIOLATION of %s: %s: %s%n", guard, what, details);
        }
    }

    String guard() {
        return guard;
    }

    long violations() {
        return violations.sum();
    }

    long count(String heading, String name) {
        LongAdder count = counts.get(heading + " " + name);
        return count == null ? 0 : count.sum();
    }

    /** The counts below a heading, by name. */
    Map<String, Long> under(String heading) {
        Map<String, Long> found = new TreeMap<>();
        counts.forEach(
                (what, count) -> {
                    if (what.startsWith(heading + " ")) {
                        found.put(what.substring(heading.length() + 1), count.sum());
                    }
                });
        return found;
    }

    long total(String heading) {
        return under(heading).values().stream().mapToLong(Long::longValue).sum();
    }
}
