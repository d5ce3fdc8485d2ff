package dev.forwardguard.manifests;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The dashboard: a JSON document for Grafana. */
record Dashboard(Document json) {
    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((\\w+), (\\w+)\\)");

    /** The values of Grafana's variables; the longer names come first. */
    private static final List<Map.Entry<String, String>> VARIABLES =
            List.of(
                    Map.entry("$__rate_interval", "5m"), // what a test did once stays in it
                    Map.entry("$__interval", "1h"), // longer than the guards of a test run
                    Map.entry("$__range", "1h"),
                    Map.entry("$cluster", ".*"),
                    Map.entry("$namespace", ".*"),
                    Map.entry("$guard", "(bot-block-guard|authentik-guard)"));

    /**
     * A query of a panel, an annotation or a variable.
     *
     * @param name the name of its recording rule
     * @param promql with Grafana's variables
     * @param shown the labels of its legend or of its text
     */
    record Query(String name, String promql, List<String> shown) {
        /** The query with values for Grafana's variables. */
        String expression() {
            String filled = promql;
            for (var variable : VARIABLES) {
                filled = filled.replace(variable.getKey(), variable.getValue());
            }
            return filled;
        }
    }

    /** Its panels, without the titles of rows. */
    List<Document> panels() {
        return json.at("panels").list().stream()
                .filter(panel -> !panel.at("type").text().equals("row"))
                .toList();
    }

    List<Query> queriesOfPanels() {
        return panels().stream().flatMap(Dashboard::queriesOf).toList();
    }

    private static Stream<Query> queriesOf(Document panel) {
        String name = "dashboard:panel_" + panel.at("id").text() + "_";
        return panel.at("targets").list().stream()
                .map(
                        target ->
                                new Query(
                                        name + target.at("refId").text(),
                                        target.at("expr").text(),
                                        labelsIn(target.at("legendFormat").text())));
    }

    List<Query> queriesOfAnnotations() {
        return json.at("annotations", "list").list().stream()
                .map(
                        each ->
                                new Query(
                                        "dashboard:annotation_" + identifier(each.at("name")),
                                        each.at("expr").text(),
                                        labelsIn(
                                                each.at("titleFormat").text()
                                                        + each.at("textFormat").text())))
                .toList();
    }

    /** Each {@code label_values(metric, label)} as what Prometheus is asked for. */
    List<Query> queriesOfVariables() {
        return json.at("templating", "list").list().stream()
                .filter(each -> each.at("type").text().equals("query"))
                .map(
                        each -> {
                            String query = each.at("query", "query").text();
                            var values = LABEL_VALUES.matcher(query);
                            if (!values.matches()) {
                                throw new AssertionError("not understood: " + query);
                            }
                            return new Query(
                                    "dashboard:variable_" + identifier(each.at("name")),
                                    "group by (%s) (%s)"
                                            .formatted(values.group(2), values.group(1)),
                                    List.of(values.group(2)));
                        })
                .toList();
    }

    List<Query> queries() {
        return Stream.of(queriesOfPanels(), queriesOfAnnotations(), queriesOfVariables())
                .flatMap(List::stream)
                .toList();
    }

    /** The query of this name. */
    Query query(String name) {
        return queries().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no query " + name));
    }

    /** A recording rule for each query, so that promtool reads them. */
    Document ruleFile() {
        List<Map<String, String>> rules =
                queries().stream()
                        .map(each -> Map.of("record", each.name(), "expr", each.expression()))
                        .toList();
        return new Document(Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules))));
    }

    private static String identifier(Document name) {
        return name.text().replaceAll("\\W", "_");
    }

    private static List<String> labelsIn(String format) {
        return LABEL.matcher(format).results().map((MatchResult found) -> found.group(1)).toList();
    }
}
