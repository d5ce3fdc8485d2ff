package dev.forwardguard.load.bench;

import dev.forwardguard.load.Load.Sample;
import dev.forwardguard.load.Outage;
import dev.forwardguard.testing.StubUpstream;

import java.time.Duration;
import java.util.List;

/**
 * Sends requests at a constant rate while the upstream accepts connections and never answers.
 * Measures the time with the circuit open; without a circuit, the whole outage.
 */
record Hanging(StubUpstream upstream, int rate) implements Trial {
    /** Time for the first deadlines to pass and the circuit to open. */
    private static final Duration DEADLINE = Duration.ofSeconds(6);

    @Override
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        Outage outage =
                Outage.of(
                        upstream,
                        contender.port(),
                        scenario.request().path(),
                        rate,
                        length.plus(DEADLINE));
        List<Sample> samples = outage.opened().isPresent() ? outage.after() : outage.before();
        List<Double> times =
                samples.stream().map(sample -> sample.took().toNanos() / 1e6).sorted().toList();
        long unanswered = samples.stream().filter(sample -> sample.status() != 200).count();
        return new Measurement()
                .with(Metric.P50, Trial.at(times, 0.5))
                .with(Metric.P99, Trial.at(times, 0.99))
                .with(Metric.MEMORY, contender.use().mebibytes())
                .with(Metric.WRONG, (double) unanswered);
    }
}
