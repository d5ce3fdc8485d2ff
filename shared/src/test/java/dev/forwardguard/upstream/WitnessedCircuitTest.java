package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.upstream.breaker.CircuitState;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;

/** When the circuit believes visitors' failures, in simulated time: only while a witness agrees. */
class WitnessedCircuitTest {
    private static final long SECOND = 1_000;

    private final SimulatedCircuit simulated = new SimulatedCircuit();

    @AfterEach
    void stop() {
        simulated.close();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    /**
     * Whatever visitors do, and however long a probe takes as long as it is answered in time. Among
     * them are usual ones, so that both rules of the breaker are met again and again.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverOpensWhileProbesAreAnswered(long seed) {
        var random = new Random(seed);
        int hostile = random.nextInt(101);
        for (int step = 0; step < 2_000; step++) {
            simulated.answersProbesAfter(random.nextLong(SimulatedCircuit.DEADLINE));
            for (int i = random.nextInt(20); i > 0; i--) {
                if (random.nextInt(100) >= hostile) {
                    simulated.requestAnswered();
                } else if (random.nextInt(3) == 0) {
                    simulated.requestAnswered(SimulatedCircuit.SUSPECT);
                } else if (random.nextInt(5) == 0) {
                    simulated.requestCancelledAfter(random.nextLong(6_000));
                } else {
                    simulated.requestFailingAfter(
                            random.nextBoolean() ? 0 : random.nextLong(6_000));
                }
            }
            simulated.pass(random.nextInt(10) == 0 ? random.nextLong(3_000) : 20);

            assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);
        }
        simulated.assertPausesBetweenProbes(Duration.ofSeconds(1));
    }

    /** Five requests are in flight when the hang begins; before that, anything was. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void opensWithinDeadlineAndOneSecondOfHang(long seed) {
        var random = new Random(seed);
        simulated.pass(1 + random.nextLong(5_000));
        for (int i = random.nextInt(10); i > 0; i--) {
            simulated.requestFailingAfter(random.nextLong(50));
            simulated.pass(random.nextLong(700));
        }
        long before = 0;
        for (int i = 0; i < 5; i++) {
            simulated.requestFailingAfter(SimulatedCircuit.DEADLINE);
            long wait = random.nextLong(900);
            before += wait;
            simulated.pass(wait);
        }
        assertThat(before).isLessThan(SimulatedCircuit.DEADLINE);
        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);

        simulated.hangs();

        // and as long as a probe took that was answered just before
        simulated.awaitWithin(SimulatedCircuit.DEADLINE + SECOND + 10, CircuitState.OPEN);
    }

    @Test
    void opensAtOnceWhenProbeIsRefused() {
        simulated.refuses();
        simulated.fail(4);
        simulated.pass(10);
        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);

        simulated.fail(1);

        assertThat(simulated.state()).isEqualTo(CircuitState.OPEN);
    }

    /** One failed probe, an hour ago, must not help those who attack now. */
    @Test
    void forgetsProbeThatFailedLongAgo() {
        simulated.hangs();
        simulated.fail(1);
        simulated.pass(SimulatedCircuit.DEADLINE + 10);
        simulated.answersProbesAfter(100);
        simulated.pass(3_600 * SECOND);

        simulated.fail(1_000);
        simulated.pass(100);
        simulated.fail(1_000);

        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void doesNotProbeWithoutNeed() {
        for (int i = 0; i < 10_000; i++) {
            simulated.requestAnswered();
            simulated.requestCancelledAfter(900);
            simulated.pass(1);
        }

        assertThat(simulated.probes).isEmpty();
    }

    @Test
    void probesForSlowRequestBeforeItFails() {
        simulated.requestFailingAfter(SimulatedCircuit.DEADLINE);
        simulated.pass(900);
        assertThat(simulated.probes).isEmpty();

        simulated.pass(101);

        assertThat(simulated.probes).hasSize(1);
    }

    @Test
    void opensWhenLoginIsFailingAlthoughProbesAreAnswered() {
        simulated.fail(100);
        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);
        simulated.loginIsFailing(true);

        simulated.fail(1);

        assertThat(simulated.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void failingLoginAloneDoesNotOpenIt() {
        simulated.loginIsFailing(true);
        for (int i = 0; i < 1_000; i++) {
            simulated.requestAnswered();
            simulated.pass(1);
        }

        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);
    }

    private void halfOpen() {
        simulated.hangs();
        for (int i = 0; i < 5; i++) {
            simulated.requestFailingAfter(SimulatedCircuit.DEADLINE);
        }
        simulated.awaitWithin(SimulatedCircuit.DEADLINE + SECOND, CircuitState.OPEN);
        simulated.answersProbesAfter(10);
        simulated.awaitWithin(2 * SECOND, CircuitState.HALF_OPEN);
    }

    @ParameterizedTest(name = "attackers leave or fail after {0} ms")
    @ValueSource(longs = {0, 1, 100, 900, 999, 1_001, 5_000, 1_000_000})
    void closesAlthoughAttackersTakeEveryPlace(long millis) {
        halfOpen();
        long start = simulated.now();
        int before = simulated.probes.size();

        while (simulated.state() == CircuitState.HALF_OPEN && simulated.now() - start < 10_000) {
            for (int i = 0; i < 10; i++) {
                simulated.requestFailingAfter(millis);
                simulated.requestCancelledAfter(millis);
            }
            simulated.pass(1);
        }

        assertThat(simulated.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(simulated.now() - start).isLessThanOrEqualTo(3 * SECOND + 100);
        assertThat(simulated.probes.size() - before).isLessThanOrEqualTo(3);
    }

    @Test
    void failedTrialDoesNotOpenItAgain() {
        halfOpen();

        for (int i = 0; i < 50; i++) {
            simulated.requestFailingAfter(0);
            simulated.pass(1);
            assertThat(simulated.state()).isEqualTo(CircuitState.HALF_OPEN);
        }

        assertThat(simulated.requestAnswered()).isTrue();
    }

    @Test
    void failedProbeOpensItAgain() {
        halfOpen();
        simulated.hangs();
        assertThat(simulated.requestFailingAfter(SimulatedCircuit.DEADLINE)).isTrue();

        simulated.awaitWithin(SimulatedCircuit.DEADLINE + SECOND, CircuitState.OPEN);

        assertThat(simulated.requestAnswered()).isFalse();
    }

    @Test
    void closesWithoutAnyVisitor() {
        halfOpen();

        simulated.awaitWithin(3 * SECOND + 100, CircuitState.CLOSED);
    }

    /** Otherwise an open circuit would stay open for ever. */
    @Test
    void probesAgainWhenAProbeCouldNotBeSent() {
        simulated.sendsProbes(false);
        simulated.fail(5);
        simulated.awaitWithin(2 * SECOND, CircuitState.OPEN);

        simulated.sendsProbes(true);

        simulated.awaitWithin(60 * SECOND, CircuitState.HALF_OPEN);
    }
}
