package dev.forwardguard.load;

import dev.forwardguard.testing.guard.Fault;
import dev.forwardguard.testing.guard.Faults;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The faults of an upstream for a few seconds.
 *
 * @param level how frequent faults are
 * @param length how long the window lasts
 * @param faults the faults to choose from at random
 * @param every every n-th request gets a fault; 0 for none
 */
record FaultWindow(Level level, Duration length, List<Fault> faults, int every) {
    /**
     * All faults but one kind: an upstream that goes down at the end of a window closes its
     * connections, and that would complete a body that is delimited by the close.
     */
    private static final List<Fault> ALL =
            Faults.all().stream()
                    .filter(fault -> !fault.what().endsWith("in a body until the end"))
                    .toList();

    /** How frequent faults are, from none to an upstream that is gone. */
    enum Level {
        /** No faults, only verdicts. */
        NONE,
        /** Single faults of all kinds among verdicts, too few to open the circuit. */
        OCCASIONAL,
        /** Faults of all kinds and hardly any verdict. */
        FREQUENT,
        /** The same fault for every request. */
        OUTAGE,
        /** Connections are refused. */
        REFUSED,
        /** Connections are neither accepted nor refused. */
        BLACKHOLE
    }

    /** Chosen so that the circuit is closed most of the time: otherwise little would be tested. */
    static FaultWindow next(RandomGenerator random) {
        int percent = random.nextInt(100);
        if (percent < 25) {
            return new FaultWindow(Level.NONE, millis(random, 500, 3_000), List.of(), 0);
        }
        if (percent < 70) {
            return new FaultWindow(
                    Level.OCCASIONAL, millis(random, 2_000, 6_000), ALL, random.nextInt(8, 60));
        }
        if (percent < 78) {
            return new FaultWindow(
                    Level.FREQUENT, millis(random, 300, 1_500), ALL, random.nextInt(1, 3));
        }
        if (percent < 92) {
            Fault fault = ALL.get(random.nextInt(ALL.size()));
            return new FaultWindow(Level.OUTAGE, millis(random, 300, 2_000), List.of(fault), 1);
        }
        Level gone = percent < 96 ? Level.REFUSED : Level.BLACKHOLE;
        return new FaultWindow(gone, millis(random, 300, 2_000), List.of(), 0);
    }

    static FaultWindow withoutFaults() {
        return new FaultWindow(Level.NONE, Duration.ZERO, List.of(), 0);
    }

    private static Duration millis(RandomGenerator random, int from, int to) {
        return Duration.ofMillis(random.nextInt(from, to));
    }
}
