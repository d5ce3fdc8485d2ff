package dev.forwardguard.testing.guard;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.Map;
import java.util.TreeMap;

/** What {@code guard_fallback_total} said at one moment, by reason and outcome: "dns allow". */
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

    /** What was counted since then: only what has moved. */
    public Map<String, Long> since(FallbackCounters earlier) {
        Map<String, Long> moved = new TreeMap<>();
        counts.forEach(
                (key, count) -> {
                    long more = count - earlier.counts.getOrDefault(key, 0L);
                    if (more != 0) {
                        moved.put(key, more);
                    }
                });
        return moved;
    }
}
