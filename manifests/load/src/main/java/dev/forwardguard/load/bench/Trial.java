package dev.forwardguard.load.bench;

import dev.forwardguard.testing.RawHttp;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A way to measure one round. */
sealed interface Trial permits Saturation, Steady, Paced, Pages, Idle, Allocation, Hanging {
    /** Long enough for nginx to hash a queue of passwords, some of them of cancelled requests. */
    Duration LIMIT = Duration.ofSeconds(60);

    /** How many times as long as other rounds one has to be, because less happens in it. */
    default int stretch() {
        return 1;
    }

    /** Measures one round. */
    Measurement measure(Running contender, Scenario scenario, Duration length);

    /** The value at a quantile; {@code NaN} if there are no values. */
    static double at(List<Double> sorted, double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(index, 0));
    }

    /** Checks that one response is right, before anything is measured. */
    static void check(Running contender, Scenario scenario) {
        try {
            var answer = RawHttp.to(contender.port()).limit(LIMIT).ask(scenario.request().wire());
            if (!scenario.expected().isMetBy(answer)) {
                throw new IllegalStateException(
                        scenario.name() + ": not " + scenario.expected() + " but " + answer);
            }
        } catch (IOException e) {
            throw new IllegalStateException(scenario.name() + ": no response", e);
        }
    }
}
