package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.HealException.Reason;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The clock, and waiting. */
interface Time {
    /** Of the running system. */
    Time SYSTEM =
            new Time() {
                private static final Duration PAUSE = Duration.ofMillis(500);

                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public void pause() {
                    try {
                        Thread.sleep(PAUSE);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                        throw new HealException(Reason.CONFLICT, "interrupted");
                    }
                }
            };

    /** Grows steadily, from any beginning. */
    long nanos();

    /** The time of day, for people to read. */
    default Instant instant() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Waits for a moment, before something is asked again. */
    void pause();

    /** A moment in the future. */
    default Deadline in(Duration duration) {
        return new Deadline(this, nanos() + duration.toNanos());
    }

    /** A moment. */
    record Deadline(Time time, long nanos) {
        boolean isOver() {
            return time.nanos() - nanos >= 0;
        }
    }
}
