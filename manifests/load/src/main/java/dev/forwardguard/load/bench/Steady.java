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
        double micros = after.micros(before);
        return new Measurement(
                micros / times.size(),
                after.gatewayMicros(before) / times.size(),
                times.size() / (length.toNanos() / 1e9),
                Trial.at(times, 0.5),
                Trial.at(times, 0.99),
                after.mebibytes(),
                micros / (length.toNanos() / 1e3),
                Double.NaN,
                load.wrong());
    }
}
