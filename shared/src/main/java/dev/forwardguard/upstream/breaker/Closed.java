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
    private final BreakerSettings settings;
    private final SlidingWindow window;
    private final AtomicInteger consecutiveFailures = new AtomicInteger();
    private final Optional<Permit> permit = Optional.of(this);

    Closed(BreakerSettings settings, Ticker ticker) {
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

    @Override
    public void failed() {
        window.add(true);
        consecutiveFailures.incrementAndGet();
    }

    /** Whether enough requests have failed, in a row or of the latest ones. */
    boolean isFailing() {
        return consecutiveFailures.get() >= settings.consecutiveFailures()
                || window.counts().reaches(settings.minimumCalls(), settings.failureRate());
    }

    @Override
    public void cancelled() {}
}
