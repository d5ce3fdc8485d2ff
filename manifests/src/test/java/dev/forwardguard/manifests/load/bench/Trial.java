package dev.forwardguard.manifests.load.bench;

import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** How one round is measured. */
sealed interface Trial permits Saturation, Steady, Allocation, Hanging {
    /** For those who hash one after the other what others have asked and gone away from. */
    Duration PATIENCE = Duration.ofSeconds(60);

    /** One round. */
    Measurement measure(Running contender, Scenario scenario, Duration length);

    /** CPU time between two looks. */
    static double micros(ProcessUse before, ProcessUse after) {
        return after.cpuMicros() - before.cpuMicros();
    }

    /** The value at a quantile of sorted ones. */
    static double at(List<Double> sorted, double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(index, 0));
    }

    /** One answer must be right before anything is measured. */
    static void check(Running contender, Scenario scenario) {
        try {
            var answer =
                    RawHttp.to(contender.port()).limit(PATIENCE).ask(scenario.request().wire());
            if (!scenario.expected().isMetBy(answer)) {
                throw new IllegalStateException(
                        scenario.name() + ": not " + scenario.expected() + " but " + answer);
            }
        } catch (IOException e) {
            throw new IllegalStateException(scenario.name() + ": no answer", e);
        }
    }
}
