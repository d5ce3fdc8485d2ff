package dev.forwardguard.upstream.breaker;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.time.Ticker;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Keeps questions away from an upstream that is known to be down. Closed, it opens after so many
 * consecutive failures, or when too large a part of the latest questions failed. Open, it waits for
 * somebody to report that a probe was answered. Half-open, a few trials decide.
 */
public final class CircuitBreaker {
    private final BreakerSettings settings;
    private final Duration trialPatience;
    private final Ticker ticker;
    private final Consumer<CircuitState> listener;
    private final AtomicReference<State> state;

    /**
     * @param trialPatience how long a trial may take; longer than any question does that reports
     * @param listener hears each new state once, on the thread that brought it about
     */
    public CircuitBreaker(
            BreakerSettings settings,
            Duration trialPatience,
            Ticker ticker,
            Consumer<CircuitState> listener) {
        this.settings = settings;
        this.trialPatience = trialPatience;
        this.ticker = ticker;
        this.listener = listener;
        this.state = new AtomicReference<>(closed());
    }

    public CircuitState state() {
        return current().name();
    }

    /** Leave to ask, or empty: decide without the upstream. */
    public Optional<Permit> tryAcquire() {
        return current().tryAcquire();
    }

    /** Opens a closed circuit for a reason of the caller's. */
    public void trip() {
        if (current() instanceof Closed closed) {
            replace(closed, new Open(0));
        }
    }

    /** A probe was answered: an open circuit becomes half-open. */
    public void probeSucceeded() {
        if (current() instanceof Open open) {
            replace(open, new HalfOpen(this, open, settings.trials(), trialPatience, ticker));
        }
    }

    /** A probe was not answered: the next one is due later. */
    public void probeFailed() {
        if (current() instanceof Open open) {
            state.compareAndSet(open, open.afterSetback());
        }
    }

    /**
     * When an open circuit is to be probed next: the interval, doubled by each setback, up to the
     * longest interval.
     */
    public Duration probeDelay() {
        int doublings = current() instanceof Open open ? Math.min(open.setbacks(), 20) : 0;
        Duration longest = settings.probeMaxInterval();
        Duration delay = settings.probeInterval().multipliedBy(1L << doublings);
        return delay.compareTo(longest) < 0 ? delay : longest;
    }

    private State current() {
        return requireNonNull(state.get());
    }

    Closed closed() {
        return new Closed(this, settings, ticker);
    }

    /** A state goes over into the next one, unless somebody else was faster. */
    void replace(State from, State to) {
        if (state.compareAndSet(from, to)) {
            listener.accept(to.name());
        }
    }
}
