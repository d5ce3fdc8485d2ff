package dev.forwardguard.upstream.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.settings.BreakerSettings;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

class CircuitBreakerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
    private final List<CircuitState> heard = new ArrayList<>();
    private final CircuitBreaker breaker =
            new CircuitBreaker(BreakerSettings.DEFAULTS, PATIENCE, clock::get, heard::add);

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private Permit permit() {
        return breaker.tryAcquire().orElseThrow();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            permit().failed();
        }
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            permit().succeeded();
        }
    }

    private void open() {
        fail(5);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        heard.clear();
    }

    private void halfOpen() {
        open();
        breaker.probeSucceeded();
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        heard.clear();
    }

    @Nested
    class WhenClosed {
        @Test
        void opensAtTheFifthFailureInARow() {
            fail(4);
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);

            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
            assertThat(heard).containsExactly(CircuitState.OPEN);
        }

        @Test
        void aSuccessBeginsTheRowAnew() {
            fail(4);
            succeed(1);
            fail(4);

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void anAbandonedRequestNeitherBreaksTheRowNorJoinsIt() {
            fail(4);
            permit().cancelled();
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);

            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        }

        @Test
        void opensWhenHalfOfTwentyFailed() {
            for (int i = 0; i < 9; i++) {
                succeed(1);
                fail(1);
            }
            succeed(1);
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);

            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        }

        @Test
        void staysClosedWhenLessThanHalfFailed() {
            for (int i = 0; i < 100; i++) {
                succeed(4);
                fail(3);
            }

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void forgetsWhatIsLongerAgoThanTheWindow() {
            for (int i = 0; i < 9; i++) {
                fail(1);
                succeed(1);
            }
            advance(Duration.ofSeconds(10));

            fail(1);
            succeed(1);
            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void canBeTripped() {
            breaker.trip();
            breaker.trip();

            assertThat(heard).containsExactly(CircuitState.OPEN);
        }

        @Test
        void isNotMovedByAProbe() {
            breaker.probeSucceeded();
            breaker.probeFailed();

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
            assertThat(heard).isEmpty();
        }
    }

    @Nested
    class WhenOpen {
        @Test
        void letsNobodyAsk() {
            open();
            advance(Duration.ofDays(1));

            assertThat(breaker.tryAcquire()).isEmpty();
        }

        @Test
        void ignoresWhatWasAskedBefore() {
            Permit slow = permit();
            Permit slower = permit();
            open();

            slow.succeeded();
            slower.failed();

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
            assertThat(heard).isEmpty();
        }

        @Test
        void doublesTheDelayOfTheNextProbeUpToTheLongest() {
            open();
            List<Long> seconds = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                seconds.add(breaker.probeDelay().toSeconds());
                breaker.probeFailed();
            }

            assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
            assertThat(heard).isEmpty();
        }

        @Test
        void becomesHalfOpenByAProbe() {
            open();
            breaker.probeSucceeded();
            breaker.probeSucceeded();

            assertThat(heard).containsExactly(CircuitState.HALF_OPEN);
        }
    }

    @Nested
    class WhenHalfOpen {
        @Test
        void closesWhenEveryTrialSucceeded() {
            halfOpen();
            succeed(2);
            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);

            succeed(1);

            assertThat(heard).containsExactly(CircuitState.CLOSED);
            fail(4);
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void asksNoMoreThanItsTrialsUntilItCloses() {
            halfOpen();
            Permit first = permit();
            Permit second = permit();
            first.succeeded();
            Permit third = permit();

            assertThat(breaker.tryAcquire()).isEmpty();

            second.succeeded();
            assertThat(breaker.tryAcquire()).isEmpty();
            third.succeeded();
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void opensAtTheFirstFailureAndProbesLaterThanBefore() {
            halfOpen();
            succeed(2);
            fail(1);

            assertThat(heard).containsExactly(CircuitState.OPEN);
            assertThat(breaker.probeDelay()).isEqualTo(Duration.ofSeconds(2));
        }

        @Test
        void anAbandonedTrialGivesItsPlaceBack() {
            halfOpen();
            for (int i = 0; i < 100; i++) {
                permit().cancelled();
            }
            succeed(3);

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void trialsThatNeverReportCannotWedgeIt() {
            halfOpen();
            List<Permit> lost = List.of(permit(), permit(), permit());
            advance(PATIENCE);
            assertThat(breaker.tryAcquire()).isEmpty();
            advance(Duration.ofNanos(1));

            List<Permit> found = List.of(permit(), permit(), permit());
            lost.forEach(Permit::failed);
            lost.forEach(Permit::succeeded);
            lost.forEach(Permit::cancelled);
            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
            assertThat(breaker.tryAcquire()).isEmpty();
            found.forEach(Permit::succeeded);

            assertThat(heard).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void aTrialThatReportsTwiceCountsOnce() {
            halfOpen();
            Permit trial = permit();
            trial.succeeded();
            trial.succeeded();
            trial.succeeded();
            trial.failed();

            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        }

        @Test
        void aTrialOfAnEarlierRoundIsIgnored() {
            halfOpen();
            Permit earlier = permit();
            fail(1);
            breaker.probeSucceeded();

            earlier.failed();

            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        }

        @Test
        void forgetsTheSetbacksOnceItWasClosed() {
            open();
            breaker.probeFailed();
            breaker.probeFailed();
            breaker.probeSucceeded();
            succeed(3);

            fail(5);

            assertThat(breaker.probeDelay()).isEqualTo(Duration.ofSeconds(1));
        }
    }
}
