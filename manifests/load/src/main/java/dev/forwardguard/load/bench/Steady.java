package dev.forwardguard.load.bench;

import dev.forwardguard.load.Load;

import java.time.Duration;
import java.util.List;

/**
 * Sends requests at a constant rate; each is sent when it is due and timed from then.
 *
 * @param rate in requests per second
 */
record Steady(int rate) implements Trial {
    /** The time to open connections; not measured. */
    private static final Duration START = Duration.ofSeconds(1);

    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        var load =
                new Load(
                        contender.port(),
                        scenario.request().wire(),
                        rate,
                        scenario.expected()::isMetBy);
        Use before;
        long began;
        try (load) {
            load.run(START, () -> {});
            before = contender.use();
            began = System.nanoTime();
            load.run(length, () -> {});
        }
        Use after = contender.use();
        List<Double> times =
                load.samples().stream()
                        .filter(sample -> sample.due() >= began)
                        .map(sample -> sample.took().toNanos() / 1e6)
                        .sorted()
                        .toList();
        return after.perRequest(before, times.size())
                .with(Metric.RATE, times.size() / (length.toNanos() / 1e9))
                .with(Metric.P50, Trial.at(times, 0.5))
                .with(Metric.P99, Trial.at(times, 0.99))
                .with(Metric.BUSY, after.micros(before) / (length.toNanos() / 1e3))
                .with(Metric.WRONG, (double) load.wrong());
    }
}
