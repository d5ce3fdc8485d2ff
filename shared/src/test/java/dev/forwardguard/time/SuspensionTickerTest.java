package dev.forwardguard.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;

class SuspensionTickerTest {
    private static final Instant START = Instant.parse("2026-11-30T20:00:00Z");

    private long nanos = Long.MAX_VALUE - 5; // it overflows
    private Instant wallClock = START;
    private final SuspensionTicker ticker = new SuspensionTicker(() -> nanos, () -> wallClock);
    private final long begun = ticker.nanos();

    private void passes(Duration time) {
        nanos += time.toNanos();
        wallClock = wallClock.plus(time);
    }

    private Duration elapsed() {
        return Duration.ofNanos(ticker.nanos() - begun);
    }

    @Test
    void countsAsTheOtherOneWhileTheMachineRuns() {
        for (int second = 1; second <= 100; second++) {
            passes(Duration.ofSeconds(1));
            assertThat(elapsed()).isEqualTo(Duration.ofSeconds(second));
        }
        passes(Duration.ofDays(100)); // without a reading
        assertThat(elapsed()).isEqualTo(Duration.ofDays(100).plusSeconds(100));
    }

    @Test
    void countsNightInWhichTheMachineIsSuspended() {
        passes(Duration.ofMinutes(1));
        wallClock = wallClock.plus(Duration.ofHours(8));

        assertThat(elapsed()).isEqualTo(Duration.ofHours(8).plusMinutes(1));
        passes(Duration.ofMinutes(1));
        assertThat(elapsed()).isEqualTo(Duration.ofHours(8).plusMinutes(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT-1H", "P-10000D"})
    void wallClockThatIsSetBackChangesNothing(Duration by) {
        passes(Duration.ofMinutes(1));
        wallClock = wallClock.plus(by);
        assertThat(elapsed()).isEqualTo(Duration.ofMinutes(1));

        passes(Duration.ofMinutes(1));
        assertThat(elapsed()).isEqualTo(Duration.ofMinutes(2));
    }

    /** Nobody can tell it from a suspension. */
    @Test
    void wallClockThatIsSetForwardMakesThingsOld() {
        wallClock = wallClock.plus(Duration.ofHours(1));
        assertThat(elapsed()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void smallCorrectionsOfTheWallClockAreNoSuspension() {
        for (int second = 1; second <= 100; second++) {
            nanos += Duration.ofSeconds(1).toNanos();
            wallClock = wallClock.plusMillis(1_100);
            assertThat(elapsed()).isEqualTo(Duration.ofSeconds(second));
        }
    }

    @Test
    void neverGoesBackHoweverFarTheWallClockIsSet() {
        wallClock = Instant.ofEpochMilli(Long.MAX_VALUE);
        assertThat(elapsed()).isPositive();
        wallClock = Instant.ofEpochMilli(Long.MIN_VALUE);
        assertThat(elapsed()).isPositive();
        wallClock = Instant.ofEpochMilli(Long.MAX_VALUE);
        assertThat(elapsed()).isPositive();
    }
}
