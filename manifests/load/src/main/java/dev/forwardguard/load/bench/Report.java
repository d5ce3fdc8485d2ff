package dev.forwardguard.load.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results as Markdown: a table for each scenario, and one of the bars. */
record Report(Results results) {
    String markdown() {
        return results.scenarios().stream().map(this::table).collect(Collectors.joining("\n"))
                + "\n"
                + bars();
    }

    private String table(Scenario scenario) {
        List<Metric> columns =
                Arrays.stream(Metric.values()).filter(metric -> isKnown(scenario, metric)).toList();
        var table =
                new StringBuilder("**%s** (`%s`)%n%n".formatted(scenario.title(), scenario.name()));
        table.append("| |");
        columns.forEach(metric -> table.append(' ').append(metric.title()).append(" |"));
        table.append("\n|---|").append("---:|".repeat(columns.size())).append('\n');
        for (Contender contender : scenario.contenders()) {
            table.append("| ").append(contender.name()).append(" |");
            columns.forEach(
                    metric ->
                            table.append(' ')
                                    .append(cell(scenario, contender, metric))
                                    .append(" |"));
            table.append('\n');
        }
        return table.toString();
    }

    private boolean isKnown(Scenario scenario, Metric metric) {
        return scenario.contenders().stream()
                .anyMatch(
                        contender -> results.spread(scenario, contender.name(), metric).isKnown());
    }

    /** The median, followed by the range. */
    private String cell(Scenario scenario, Contender contender, Metric metric) {
        Spread spread = results.spread(scenario, contender.name(), metric);
        if (!spread.isKnown()) {
            return "";
        }
        String median = metric.format(spread.median());
        String lowest = metric.format(spread.lowest());
        String highest = metric.format(spread.highest());
        return lowest.equals(highest) ? median : "%s (%s–%s)".formatted(median, lowest, highest);
    }

    private String bars() {
        var table = new StringBuilder("| bar | wanted | measured | |\n|---|---:|---:|---|\n");
        for (Bar bar : Bar.all(results)) {
            bar.measured(results)
                    .ifPresent(
                            measured ->
                                    table.append(
                                            String.format(
                                                    Locale.ROOT,
                                                    "| %s | %s %,.2f | %,.2f | %s |%n",
                                                    bar.what(),
                                                    bar.atMost() ? "≤" : "≥",
                                                    bar.limit(),
                                                    measured,
                                                    bar.passes(measured) ? "pass" : "**miss**")));
        }
        return table.toString();
    }
}
