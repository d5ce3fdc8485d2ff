package dev.forwardguard.upstream.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.settings.BreakerSettings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Compares the breaker with a model that knows the rules but no threads, on random sequences of
 * calls, probes and pauses. The calls overlap, and end in any of the three ways or not at all.
 */
class CircuitBreakerModelTest {
    private static final int STEPS = 3_000;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void behavesLikeTheModel(long seed) {
        var random = new Random(seed);
        var settings =
                new BreakerSettings(
                        1 + random.nextInt(8),
                        1 + random.nextInt(100),
                        1 + random.nextInt(30),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        1 + random.nextInt(4));
        double health = random.nextDouble();
        var clock = new AtomicLong(random.nextLong());
        var breaker =
                new CircuitBreaker(settings, Duration.ofSeconds(6), clock::get, ignored -> {});
        var model = new BreakerModel(settings, clock.get());
        List<Request> inFlight = new ArrayList<>();

        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 45) {
                ask(breaker, model, clock.get(), inFlight);
            } else if (dice < 88 && !inFlight.isEmpty()) {
                Request ended = inFlight.remove(random.nextInt(inFlight.size()));
                ended.end(
                        random.nextInt(10) == 0 ? 2 : random.nextDouble() < health ? 0 : 1, clock);
            } else if (dice < 92) {
                clock.addAndGet(random.nextLong(2_000_000_000L));
            } else if (dice < 93) {
                clock.addAndGet(random.nextLong(20_000_000_000L));
            } else if (dice < 95) {
                breaker.probeSucceeded();
                model.probeSucceeded(clock.get());
            } else if (dice < 97) {
                breaker.probeFailed();
                model.probeFailed(clock.get());
            } else {
                breaker.tripIfFailing();
                model.tripIfFailing(clock.get());
            }
            assertThat(breaker.state()).as("after step %d", step).isEqualTo(model.state());
            assertThat(breaker.probeDelay()).isEqualTo(model.probeDelay());
        }
    }

    private static void ask(
            CircuitBreaker breaker, BreakerModel model, long now, List<Request> inFlight) {
        var permit = breaker.tryAcquire();
        var expected = model.tryAcquire(now);
        assertThat(permit.isPresent()).isEqualTo(expected.isPresent());
        if (permit.isPresent()) {
            inFlight.add(new Request(permit.get(), model, expected.get()));
        }
    }

    private record Request(Permit permit, BreakerModel model, BreakerModel.Call call) {
        void end(int way, AtomicLong clock) {
            switch (way) {
                case 0 -> {
                    permit.succeeded();
                    model.succeeded(call, clock.get());
                }
                case 1 -> {
                    permit.failed();
                    model.failed(call, clock.get());
                }
                default -> {
                    permit.cancelled();
                    model.cancelled(call);
                }
            }
        }
    }
}
