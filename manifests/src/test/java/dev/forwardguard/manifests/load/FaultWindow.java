package dev.forwardguard.manifests.load;

import dev.forwardguard.testing.guard.Fault;
import dev.forwardguard.testing.guard.Faults;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What an upstream does for a few seconds.
 *
 * @param weather what kind of spell it is
 * @param length how long it lasts
 * @param faults what happens when a fault strikes; one of them is chosen
 * @param every every which question is struck; 0 for none
 */
record FaultWindow(Weather weather, Duration length, List<Fault> faults, int every) {
    /**
     * Without those that a change of the weather makes good: who stops listening closes all
     * connections, which completes a body that only the end of its connection ends.
     */
    private static final List<Fault> ALL =
            Faults.all().stream()
                    .filter(fault -> !fault.what().endsWith("in a body until the end"))
                    .toList();

    /** From no faults at all to nobody there. */
    enum Weather {
        /** Only verdicts. */
        FAIR,
        /** Single faults of all kinds among verdicts, too few for a circuit breaker. */
        SHOWERS,
        /** Faults of all kinds and hardly a verdict. */
        STORM,
        /** One and the same fault for all. */
        OUTAGE,
        /** Nobody listens. */
        REFUSAL,
        /** Connections are neither accepted nor refused. */
        BLACKHOLE
    }

    /** Mostly such that a circuit is closed: what is never asked cannot go wrong. */
    static FaultWindow next(RandomGenerator random) {
        int lot = random.nextInt(100);
        if (lot < 25) {
            return new FaultWindow(Weather.FAIR, millis(random, 500, 3_000), List.of(), 0);
        }
        if (lot < 70) {
            return new FaultWindow(
                    Weather.SHOWERS, millis(random, 2_000, 6_000), ALL, random.nextInt(8, 60));
        }
        if (lot < 78) {
            return new FaultWindow(
                    Weather.STORM, millis(random, 300, 1_500), ALL, random.nextInt(1, 3));
        }
        if (lot < 92) {
            Fault fault = ALL.get(random.nextInt(ALL.size()));
            return new FaultWindow(Weather.OUTAGE, millis(random, 300, 2_000), List.of(fault), 1);
        }
        Weather gone = lot < 96 ? Weather.REFUSAL : Weather.BLACKHOLE;
        return new FaultWindow(gone, millis(random, 300, 2_000), List.of(), 0);
    }

    static FaultWindow fair() {
        return new FaultWindow(Weather.FAIR, Duration.ZERO, List.of(), 0);
    }

    private static Duration millis(RandomGenerator random, int from, int to) {
        return Duration.ofMillis(random.nextInt(from, to));
    }
}
