package dev.forwardguard.load.bench;

import java.util.List;

/**
 * The median and the range of some rounds.
 *
 * @param median the mean of the two middle values if their number is even
 */
record Spread(double median, double lowest, double highest) {
    static Spread of(List<Measurement> rounds, Metric metric) {
        List<Double> sorted =
                rounds.stream()
                        .map(round -> round.of(metric))
                        .filter(value -> !value.isNaN())
                        .sorted()
                        .toList();
        if (sorted.isEmpty()) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        int middle = sorted.size() / 2;
        double median =
                sorted.size() % 2 == 1
                        ? sorted.get(middle)
                        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    boolean isKnown() {
        return !Double.isNaN(median);
    }
}
