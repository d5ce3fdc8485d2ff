package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Checks the exchanges in flight on one event loop when the first of them may be out of time. One
 * timer serves all: nearly every request is answered long before its deadline, and a timer for each
 * would be created, sorted and cancelled for nothing. Not thread-safe: it belongs to its loop.
 */
final class DeadlineTimer {
    /**
     * The shortest time between two checks. Exchanges that run out of time shortly after one
     * another are ended together.
     */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What has a deadline. */
    abstract static class Timed {
        /** In the list of those in flight, so that it can be removed without a search. */
        private int index;

        /**
         * Returns when to check it, in nanoseconds from now. This may become later, never earlier.
         */
        abstract long untilNextCheck(long now);

        /** Checks it. */
        abstract void onTimer(long now);
    }

    private final EventLoop loop;
    private final Ticker ticker;

    /** In no order. */
    private final List<Timed> inFlight = new ArrayList<>();

    private @Nullable Future<?> timer;
    private long timerAt;

    DeadlineTimer(EventLoop loop, Ticker ticker) {
        this.loop = loop;
        this.ticker = ticker;
    }

    /** Watches an exchange until it is removed, and checks it at the time that it asks for. */
    void add(Timed exchange, long now) {
        exchange.index = inFlight.size();
        inFlight.add(exchange);
        schedule(now, exchange.untilNextCheck(now));
    }

    /** Stops watching an exchange. To be called once for each that was added. */
    void remove(Timed exchange) {
        Timed last = inFlight.removeLast();
        if (exchange.index < inFlight.size()) {
            inFlight.set(exchange.index, last);
            last.index = exchange.index;
        }
    }

    private void schedule(long now, long nanos) {
        long at = now + nanos;
        Future<?> current = timer;
        if (current != null) {
            if (timerAt - at <= 0) {
                return;
            }
            current.cancel(false);
        }
        timerAt = at;
        timer = loop.schedule(this::sweep, nanos, TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        timer = null;
        try {
            long now = ticker.nanos();
            List.copyOf(inFlight).forEach(exchange -> exchange.onTimer(now));
        } finally { // an error in one exchange must not disable other deadlines
            long now = ticker.nanos();
            inFlight.stream()
                    .mapToLong(exchange -> exchange.untilNextCheck(now))
                    .min()
                    .ifPresent(nanos -> schedule(now, Math.max(nanos, PAUSE_NANOS)));
        }
    }
}
