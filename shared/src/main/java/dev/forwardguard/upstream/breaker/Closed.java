package dev.forwardguard.upstream.breaker;

import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.time.Ticker;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets every request through, and counts every result. It is its own permit, so in good times a
 * request costs no allocation.
 */
final class Closed implements State, Permit {
    private final CircuitBreaker breaker;
    private final BreakerSettings settings;
    private final SlidingWindow window;
    private final AtomicInteger consecutiveFailures = new AtomicInteger();
    private final Optional<Permit> permit = Optional.of(this);

    Closed(CircuitBreaker breaker, BreakerSettings settings, Ticker ticker) {
        this.breaker = breaker;
        this.settings = settings;
        this.window = new SlidingWindow(settings.window(), ticker);
    }

    @Override
    public CircuitState name() {
        return CircuitState.CLOSED;
    }

    @Override
    public Optional<Permit> tryAcquire() {
        return permit;
    }

    @Override
    public void succeeded() {
        window.add(false);
        if (consecutiveFailures.get() != 0) {
            consecutiveFailures.set(0);
        }
    }

    /**
     * Only a failure opens the circuit, even where a success completes the minimum number of calls.
     */
    @Override
    public void failed() {
        window.add(true);
        if (consecutiveFailures.incrementAndGet() >= settings.consecutiveFailures()
                || window.counts().reaches(settings.minimumCalls(), settings.failureRate())) {
            breaker.replace(this, new Open(0));
        }
    }

    @Override
    public void cancelled() {}
}
