package dev.forwardguard.upstream.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.settings.BreakerSettings;

import org.junit.jupiter.api.RepeatedTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What must hold while 64 threads use the breaker at once. */
class CircuitBreakerRaceTest {
    private static final int THREADS = 64;
    private static final int TRIALS = BreakerSettings.DEFAULTS.trials();

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final CircuitBreaker breaker =
            new CircuitBreaker(
                    BreakerSettings.DEFAULTS, Duration.ofSeconds(6), () -> 0, this::onState);

    private void onState(CircuitState state) {
        switch (state) {
            case OPEN -> opened.incrementAndGet();
            case CLOSED -> closed.incrementAndGet();
            case HALF_OPEN -> {}
        }
    }

    private void halfOpen() {
        breaker.trip();
        breaker.probeSucceeded();
        opened.set(0);
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
    }

    private static <T> List<T> atOnce(Callable<T> action) throws Exception {
        var start = new CyclicBarrier(THREADS);
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<T>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                running.add(
                        threads.submit(
                                () -> {
                                    start.await();
                                    return action.call();
                                }));
            }
            for (Future<T> each : running) {
                results.add(each.get());
            }
        }
        return results;
    }

    @RepeatedTest(20)
    void permitsNoMoreThanItsTrials() throws Exception {
        halfOpen();

        List<Optional<Permit>> permits = atOnce(breaker::tryAcquire);

        assertThat(permits.stream().filter(Optional::isPresent)).hasSize(TRIALS);
    }

    @RepeatedTest(20)
    void limitsTrialsInFlightWhileOthersAreCancelled() throws Exception {
        halfOpen();
        var inFlight = new AtomicInteger();
        var most = new AtomicInteger();

        atOnce(
                () -> {
                    for (int i = 0; i < 1_000; i++) {
                        breaker.tryAcquire()
                                .ifPresent(
                                        permit -> {
                                            int now = inFlight.incrementAndGet();
                                            most.accumulateAndGet(now, Math::max);
                                            inFlight.decrementAndGet();
                                            permit.cancelled();
                                        });
                    }
                    return true;
                });

        assertThat(most.get()).isBetween(1, TRIALS);
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
    }

    @RepeatedTest(20)
    void closesOnceByItsTrialsOnly() throws Exception {
        halfOpen();
        var trials = new AtomicInteger();

        atOnce(
                () -> {
                    while (breaker.state() == CircuitState.HALF_OPEN) {
                        breaker.tryAcquire()
                                .ifPresent(
                                        permit -> {
                                            if (!(permit instanceof Closed)) {
                                                trials.incrementAndGet();
                                            }
                                            permit.succeeded();
                                        });
                    }
                    return true;
                });

        assertThat(closed).hasValue(1);
        assertThat(opened).hasValue(0);
        assertThat(trials).hasValue(TRIALS);
    }

    @RepeatedTest(20)
    void closesOnceByTrialsAndProbesTogether() throws Exception {
        halfOpen();

        atOnce(
                () -> {
                    breaker.tryAcquire().ifPresent(Permit::succeeded);
                    breaker.probeSucceeded();
                    return true;
                });

        assertThat(closed).hasValue(1);
        assertThat(opened).hasValue(0);
    }

    @RepeatedTest(20)
    void opensOnceForConcurrentFailures() throws Exception {
        Permit permit = breaker.tryAcquire().orElseThrow();

        atOnce(
                () -> {
                    permit.failed();
                    breaker.tripIfFailing();
                    return true;
                });

        assertThat(opened).hasValue(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }
}
