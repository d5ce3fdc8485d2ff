package dev.forwardguard.status;

import java.util.List;

/**
 * A counter that people want to see the last hour of.
 *
 * @param name in {@code /status}
 * @param meter whose sum is taken for each combination of the labels
 * @param labels whose values, joined by a slash, name a line; all values come from enums
 */
public record CounterSeries(String name, String meter, List<String> labels) {
    public CounterSeries {
        labels = List.copyOf(labels);
    }
}
