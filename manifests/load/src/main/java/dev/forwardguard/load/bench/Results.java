package dev.forwardguard.load.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The measurements of all rounds, by scenario and contender. */
final class Results {
    private final Map<Scenario, Map<String, List<Measurement>>> rounds = new LinkedHashMap<>();

    void add(Scenario scenario, Contender contender, Measurement measurement) {
        rounds.computeIfAbsent(scenario, any -> new LinkedHashMap<>())
                .computeIfAbsent(contender.name(), any -> new ArrayList<>())
                .add(measurement);
    }

    List<Scenario> scenarios() {
        return List.copyOf(rounds.keySet());
    }

    Spread spread(Scenario scenario, String contender, Metric metric) {
        return Spread.of(
                rounds.getOrDefault(scenario, Map.of()).getOrDefault(contender, List.of()), metric);
    }

    /** The same by the name of the scenario; an unknown spread if it was not run. */
    Spread spread(String scenario, String contender, Metric metric) {
        return rounds.keySet().stream()
                .filter(each -> each.name().equals(scenario))
                .findFirst()
                .map(each -> spread(each, contender, metric))
                .orElseGet(() -> Spread.of(List.of(), metric));
    }

    /** The number of wrong or missing responses in all rounds. */
    double wrong() {
        return rounds.values().stream()
                .flatMap(byName -> byName.values().stream())
                .flatMap(List::stream)
                .mapToDouble(round -> round.of(Metric.WRONG))
                .sum();
    }
}
