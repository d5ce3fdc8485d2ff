package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the questions under way on one event loop when the first of them may be out of time.
 * There is one timer for all: nearly every question is answered long before, and one for each would
 * be made, put in order and cancelled for nothing. Not thread-safe: it belongs to its loop.
 */
final class DeadlineTimer {
    /** Those that run out of time one after the other are ended together this often at most. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventLoop loop;
    private final Ticker ticker;

    /** In no order; each knows its place, so that it can leave without being looked for. */
    private final List<HttpExchange> underWay = new ArrayList<>();

    private @Nullable Future<?> timer;
    private long timerAt;

    DeadlineTimer(EventLoop loop, Ticker ticker) {
        this.loop = loop;
        this.ticker = ticker;
    }

    /**
     * From now on the exchange is looked at when it asks for it, until it is removed. What it asks
     * for may become later, never earlier.
     */
    void add(HttpExchange exchange, long now) {
        exchange.setPlace(underWay.size());
        underWay.add(exchange);
        awaken(now, exchange.untilNextCheck(now));
    }

    /** To be called once for each that was added. */
    void remove(HttpExchange exchange) {
        HttpExchange last = underWay.removeLast();
        if (last != exchange) {
            underWay.set(exchange.place(), last);
            last.setPlace(exchange.place());
        }
    }

    private void awaken(long now, long nanos) {
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
            List.copyOf(underWay).forEach(exchange -> exchange.onTimer(now));
        } finally { // an error at one of them takes nobody else's deadline away
            long now = ticker.nanos();
            underWay.stream()
                    .mapToLong(exchange -> exchange.untilNextCheck(now))
                    .min()
                    .ifPresent(nanos -> awaken(now, Math.max(nanos, PAUSE_NANOS)));
        }
    }
}
