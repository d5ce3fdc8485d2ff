package dev.forwardguard.testing.guard;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.Map;
import java.util.TreeMap;

/** The values of {@code guard_fallback_total} at one moment, by reason and outcome: "dns allow". */
public record FallbackCounters(Map<String, Long> counts) {
    static FallbackCounters of(MeterRegistry registry) {
        Map<String, Long> counts = new TreeMap<>();
        for (Counter counter : registry.find("guard.fallback").counters()) {
            String reason = counter.getId().getTag("reason");
            String outcome = counter.getId().getTag("outcome");
            counts.put(reason + " " + outcome, (long) counter.count());
        }
        return new FallbackCounters(counts);
    }

    /** The increase since then, only of counters that have changed. */
    public Map<String, Long> since(FallbackCounters earlier) {
        Map<String, Long> changed = new TreeMap<>();
        counts.forEach(
                (key, count) -> {
                    long more = count - earlier.counts.getOrDefault(key, 0L);
                    if (more != 0) {
                        changed.put(key, more);
                    }
                });
        return changed;
    }
}
