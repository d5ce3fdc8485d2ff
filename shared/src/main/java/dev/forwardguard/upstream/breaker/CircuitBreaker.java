package dev.forwardguard.upstream.breaker;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.time.Ticker;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Keeps requests away from an upstream that is known to be down. Closed, it may be {@linkplain
 * #tripIfFailing() opened} after a number of consecutive failures, or when too large a share of the
 * latest requests failed. Open, it waits until an answered probe is {@linkplain #probeSucceeded()
 * reported}. Half-open, it closes after a few trials or probes that were answered.
 *
 * <p>Failed requests alone never open it, because visitors can provoke them. A probe has to fail as
 * well.
 */
public final class CircuitBreaker {
    private final BreakerSettings settings;
    private final Duration trialPatience;
    private final Ticker ticker;
    private final Consumer<CircuitState> listener;
    private final AtomicReference<State> state;

    /**
     * @param trialPatience how long a trial may take; longer than any request that reports its
     *     result takes
     * @param listener called once for each new state, on the thread that caused it
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

    /** Returns a permit for one request, or empty: decide without the upstream. */
    public Optional<Permit> tryAcquire() {
        return current().tryAcquire();
    }

    /** Opens a closed circuit, for a reason that the caller knows. */
    public void trip() {
        if (current() instanceof Closed closed) {
            replace(closed, new Open(0));
        }
    }

    /**
     * Opens a closed circuit if enough requests have failed. To be called only when the guard knows
     * by itself that the upstream is down.
     */
    public void tripIfFailing() {
        if (current() instanceof Closed closed && closed.isFailing()) {
            replace(closed, new Open(0));
        }
    }

    /**
     * Reports that a probe was answered: an open circuit becomes half-open, and for a half-open one
     * it counts as an answered trial.
     */
    public void probeSucceeded() {
        switch (current()) {
            case Open open ->
                    replace(
                            open,
                            new HalfOpen(this, open, settings.trials(), trialPatience, ticker));
            case HalfOpen halfOpen -> halfOpen.probeSucceeded();
            case Closed ignored -> {}
        }
    }

    /**
     * Reports that a probe was not answered: the next one is due later, and a half-open circuit
     * opens again.
     */
    public void probeFailed() {
        switch (current()) {
            case Open open -> state.compareAndSet(open, open.afterSetback());
            case HalfOpen halfOpen -> replace(halfOpen, halfOpen.afterSetback());
            case Closed ignored -> {}
        }
    }

    /**
     * Returns how long an open circuit waits until its next probe: the interval, doubled by each
     * setback, up to the longest interval.
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
        return new Closed(settings, ticker);
    }

    /** Replaces a state with the next one, unless another thread was faster. */
    void replace(State from, State to) {
        if (state.compareAndSet(from, to)) {
            listener.accept(to.name());
        }
    }
}
