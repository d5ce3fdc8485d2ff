package dev.forwardguard.manifests;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A PromQL expression that promtool accepts: which metrics and labels it needs.
 *
 * @param brought the labels of {@code group_left}, which one of the metrics has to have
 * @param made the labels that {@code label_replace} makes, which none has to have
 */
record Expression(
        List<Selector> selectors, List<Grouping> groupings, Set<String> brought, Set<String> made) {
    /**
     * A metric with its matchers.
     *
     * @param matched the values that each matcher lists, also those that it excludes
     * @param position the token at which it begins
     */
    record Selector(String metric, Map<String, Set<String>> matched, int position) {
        boolean isOf(Map<String, String> series) {
            return metric.equals(series.get("__name__"));
        }
    }

    /** Labels that each selector between these tokens has to have. */
    record Grouping(Set<String> labels, int from, int to) {}

    static Expression parse(String text) {
        return new ExpressionParser(text).parse();
    }

    /** The names of all metrics. */
    Set<String> metrics() {
        Set<String> names = new TreeSet<>();
        selectors.forEach(selector -> names.add(selector.metric()));
        return names;
    }

    /** What it needs and these series do not have: {@code metric}, or {@code metric{label}}. */
    Set<String> missingIn(List<Map<String, String>> series) {
        Set<String> missing = new TreeSet<>();
        for (Selector selector : selectors) {
            var own = series.stream().filter(selector::isOf).toList();
            if (own.isEmpty()) {
                missing.add(selector.metric());
            }
            needed(selector)
                    .filter(label -> !has(own, label))
                    .forEach(label -> missing.add(selector.metric() + "{" + label + "}"));
            selector.matched().entrySet().stream()
                    .flatMap(each -> missing(own, each.getKey(), each.getValue()))
                    .forEach(label -> missing.add(selector.metric() + "{" + label + "}"));
        }
        var all =
                series.stream()
                        .filter(each -> selectors.stream().anyMatch(one -> one.isOf(each)))
                        .toList();
        brought.stream()
                .filter(label -> !made.contains(label) && !has(all, label))
                .forEach(label -> missing.add("group_left (" + label + ")"));
        return missing;
    }

    private Stream<String> needed(Selector selector) {
        Stream<String> grouped =
                groupings.stream()
                        .filter(each -> each.from() <= selector.position())
                        .filter(each -> selector.position() < each.to())
                        .flatMap(each -> each.labels().stream())
                        .filter(label -> !made.contains(label) && !brought.contains(label));
        return Stream.concat(selector.matched().keySet().stream(), grouped);
    }

    private static boolean has(List<Map<String, String>> series, String label) {
        return series.stream().anyMatch(each -> each.containsKey(label));
    }

    private static Stream<String> missing(
            List<Map<String, String>> series, String label, Set<String> values) {
        Set<String> there =
                series.stream()
                        .map(each -> each.getOrDefault(label, ""))
                        .collect(Collectors.toSet());
        return values.stream()
                .filter(value -> !there.contains(value))
                .map(value -> label + "=\"" + value + "\"");
    }
}
