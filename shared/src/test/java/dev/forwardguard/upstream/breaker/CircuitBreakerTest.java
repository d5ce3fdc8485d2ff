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
    private static final Duration TRIAL_TIMEOUT = Duration.ofSeconds(6);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
    private final List<CircuitState> transitions = new ArrayList<>();
    private final CircuitBreaker breaker =
            new CircuitBreaker(
                    BreakerSettings.DEFAULTS, TRIAL_TIMEOUT, clock::get, transitions::add);

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private Permit permit() {
        return breaker.tryAcquire().orElseThrow();
    }

    /** Fails calls while the guard's own probe fails as well. */
    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            permit().failed();
            breaker.tripIfFailing();
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
        transitions.clear();
    }

    private void halfOpen() {
        open();
        breaker.probeSucceeded();
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        transitions.clear();
    }

    @Nested
    class WhenClosed {
        @Test
        void opensAtFifthConsecutiveFailure() {
            fail(4);
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);

            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
            assertThat(transitions).containsExactly(CircuitState.OPEN);
        }

        @Test
        void staysClosedHoweverManyCallsFail() {
            for (int i = 0; i < 1_000; i++) {
                permit().failed();
            }

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void opensWhenProbeFailsAfterCalls() {
            for (int i = 0; i < 5; i++) {
                permit().failed();
            }

            breaker.tripIfFailing();
            breaker.tripIfFailing();

            assertThat(transitions).containsExactly(CircuitState.OPEN);
        }

        @Test
        void successResetsConsecutiveFailures() {
            fail(4);
            succeed(1);
            fail(4);

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void ignoresCancelledCallAmongFailures() {
            fail(4);
            permit().cancelled();
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);

            fail(1);

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        }

        @Test
        void opensWhenHalfOfTwentyCallsFail() {
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
        void staysClosedWhenLessThanHalfFail() {
            for (int i = 0; i < 100; i++) {
                succeed(4);
                fail(3);
            }

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void forgetsCallsOlderThanWindow() {
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

            assertThat(transitions).containsExactly(CircuitState.OPEN);
        }

        @Test
        void ignoresProbes() {
            breaker.probeSucceeded();
            breaker.probeFailed();

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
            assertThat(transitions).isEmpty();
        }
    }

    @Nested
    class WhenOpen {
        @Test
        void permitsNoCalls() {
            open();
            advance(Duration.ofDays(1));

            assertThat(breaker.tryAcquire()).isEmpty();
        }

        @Test
        void ignoresCallsStartedBefore() {
            Permit slow = permit();
            Permit slower = permit();
            open();

            slow.succeeded();
            slower.failed();

            assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
            assertThat(transitions).isEmpty();
        }

        @Test
        void doublesProbeDelayUpToMaximum() {
            open();
            List<Long> seconds = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                seconds.add(breaker.probeDelay().toSeconds());
                breaker.probeFailed();
            }

            assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
            assertThat(transitions).isEmpty();
        }

        @Test
        void becomesHalfOpenAfterSuccessfulProbe() {
            open();
            breaker.probeSucceeded();
            breaker.probeSucceeded();

            assertThat(transitions).containsExactly(CircuitState.HALF_OPEN);
        }
    }

    @Nested
    class WhenHalfOpen {
        @Test
        void closesWhenAllTrialsSucceed() {
            halfOpen();
            succeed(2);
            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);

            succeed(1);

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
            fail(4);
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void permitsOnlyItsTrialsUntilClosed() {
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
        void opensAtFailedProbeWithLongerProbeDelay() {
            halfOpen();
            succeed(2);
            breaker.probeFailed();

            assertThat(transitions).containsExactly(CircuitState.OPEN);
            assertThat(breaker.probeDelay()).isEqualTo(Duration.ofSeconds(2));
        }

        @Test
        void failedTrialFreesItsPlaceAndChangesNothing() {
            halfOpen();
            fail(100);
            assertThat(transitions).isEmpty();
            succeed(3);

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void closesByProbesAlone() {
            halfOpen();
            breaker.probeSucceeded();
            breaker.probeSucceeded();
            assertThat(transitions).isEmpty();

            breaker.probeSucceeded();

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void countsTrialsAndProbesTogether() {
            halfOpen();
            succeed(1);
            breaker.probeSucceeded();
            succeed(1);

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void probesTakePlacesOfTrialsThatKeepThemAll() {
            halfOpen();
            List<Permit> slow = List.of(permit(), permit(), permit());
            breaker.probeSucceeded();
            breaker.probeSucceeded();
            slow.forEach(Permit::failed);
            assertThat(transitions).isEmpty();

            breaker.probeSucceeded();

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void cancelledTrialFreesItsPlace() {
            halfOpen();
            for (int i = 0; i < 100; i++) {
                permit().cancelled();
            }
            succeed(3);

            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        }

        @Test
        void replacesTrialsThatNeverReport() {
            halfOpen();
            List<Permit> lost = List.of(permit(), permit(), permit());
            advance(TRIAL_TIMEOUT);
            assertThat(breaker.tryAcquire()).isEmpty();
            advance(Duration.ofNanos(1));

            List<Permit> found = List.of(permit(), permit(), permit());
            lost.forEach(Permit::failed);
            lost.forEach(Permit::succeeded);
            lost.forEach(Permit::cancelled);
            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
            assertThat(breaker.tryAcquire()).isEmpty();
            found.forEach(Permit::succeeded);

            assertThat(transitions).containsExactly(CircuitState.CLOSED);
        }

        @Test
        void countsTrialOnlyOnce() {
            halfOpen();
            Permit trial = permit();
            trial.succeeded();
            trial.succeeded();
            trial.succeeded();
            trial.failed();

            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        }

        @Test
        void ignoresTrialOfEarlierRound() {
            halfOpen();
            Permit earlier = permit();
            breaker.probeFailed();
            breaker.probeSucceeded();

            earlier.succeeded();
            succeed(2);

            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        }

        @Test
        void resetsProbeDelayAfterClosing() {
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
