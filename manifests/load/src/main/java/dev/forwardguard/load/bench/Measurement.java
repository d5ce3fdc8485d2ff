package dev.forwardguard.load.bench;

import java.util.EnumMap;
import java.util.Map;

/**
 * The values of one round of one contender.
 *
 * @param values those that were measured
 */
record Measurement(Map<Metric, Double> values) {
    Measurement() {
        this(Map.of());
    }

    /** The same with one more value; {@code NaN} is none. */
    Measurement with(Metric metric, double value) {
        Map<Metric, Double> more = new EnumMap<>(Metric.class);
        more.putAll(values);
        if (!Double.isNaN(value)) {
            more.put(metric, value);
        }
        return new Measurement(more);
    }

    /** A value; {@code NaN} if it was not measured. */
    double of(Metric metric) {
        return values.getOrDefault(metric, Double.NaN);
    }
}
