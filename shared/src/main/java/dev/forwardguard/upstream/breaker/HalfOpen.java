package dev.forwardguard.upstream.breaker;

import dev.forwardguard.time.Ticker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;

/**
 * Allows as many trials as it has places, and each place has to see a success. A success keeps its
 * place, so the upstream gets no more requests at once than there are places. A failed or cancelled
 * trial gives its place back and changes nothing, because visitors can provoke both. A trial that
 * never reports loses its place after a while. Answered probes take places as well, those of
 * waiting trials if no other is free. So no visitor can block the circuit.
 */
final class HalfOpen implements State {
    private final CircuitBreaker breaker;
    private final Open before;
    private final Ticker ticker;
    private final long patience;
    private final AtomicReferenceArray<@Nullable Trial> places;
    private final Trial passed = new Trial(-1, 0);
    private final AtomicInteger succeeded = new AtomicInteger();

    /**
     * @param before the state that a failed probe leads back to, one setback further
     * @param patience how long a trial may take before its place is given to another
     */
    HalfOpen(CircuitBreaker breaker, Open before, int trials, Duration patience, Ticker ticker) {
        this.breaker = breaker;
        this.before = before;
        this.ticker = ticker;
        this.patience = patience.toNanos();
        this.places = new AtomicReferenceArray<>(trials);
    }

    @Override
    public CircuitState name() {
        return CircuitState.HALF_OPEN;
    }

    /** Takes a free place, or else one whose trial is lost. */
    @Override
    public Optional<Permit> tryAcquire() {
        long now = ticker.nanos();
        Optional<Permit> free = takeFirst(Objects::isNull, now);
        return free.isPresent() ? free : takeFirst(holder -> isLost(holder, now), now);
    }

    private Optional<Permit> takeFirst(Predicate<@Nullable Trial> isToBeHad, long now) {
        for (int place = 0; place < places.length(); place++) {
            Trial holder = places.get(place);
            if (isToBeHad.test(holder)) {
                var trial = new Trial(place, now);
                if (places.compareAndSet(place, holder, trial)) {
                    return Optional.of(trial);
                }
            }
        }
        return Optional.empty();
    }

    private boolean isLost(@Nullable Trial holder, long now) {
        return holder != null && holder != passed && now - holder.since > patience;
    }

    /** Counts like an answered trial. Takes a free place, or else that of a waiting trial. */
    void probeSucceeded() {
        if (!passFirst(Objects::isNull)) {
            passFirst(holder -> holder != passed);
        }
    }

    private boolean passFirst(Predicate<@Nullable Trial> isToBeHad) {
        for (int place = 0; place < places.length(); place++) {
            Trial holder = places.get(place);
            if (isToBeHad.test(holder) && pass(place, holder)) {
                return true;
            }
        }
        return false;
    }

    /** Marks the place as passed if it still has this holder. The last place closes the circuit. */
    private boolean pass(int place, @Nullable Trial holder) {
        if (!places.compareAndSet(place, holder, passed)) {
            return false;
        }
        if (succeeded.incrementAndGet() == places.length()) {
            breaker.replace(this, breaker.closed());
        }
        return true;
    }

    /** The state that a failed probe leads to. */
    Open afterSetback() {
        return before.afterSetback();
    }

    /** One request. A trial that no longer holds its place changes nothing. */
    private final class Trial implements Permit {
        private final int place;
        private final long since;

        Trial(int place, long since) {
            this.place = place;
            this.since = since;
        }

        @Override
        public void succeeded() {
            pass(place, this);
        }

        @Override
        public void failed() {
            cancelled();
        }

        @Override
        public void cancelled() {
            places.compareAndSet(place, this, null);
        }
    }
}
