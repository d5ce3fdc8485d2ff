package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Lets the endpoints of the management port take at most a fifth of an event loop's time. A scrape
 * takes milliseconds, and auth requests wait for the same event loop. One request is served after
 * the other, and after each of them four times as long as it took is left to others, but no more
 * than {@link #LONGEST_PAUSE_NANOS}. Health checks come first: a kubelet that waits too long
 * restarts the guard.
 */
final class EndpointPacer {
    /** How much longer the pause is than the work. */
    private static final int PAUSE = 4;

    /**
     * Half the time that a kubelet waits for a health check by default. A request may seem to have
     * taken minutes when the process was stopped in its midst, as a paused container is.
     */
    static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final FastThreadLocal<EndpointPacer> OF_THIS_LOOP =
            new FastThreadLocal<>() {
                @Override
                protected EndpointPacer initialValue() {
                    return new EndpointPacer();
                }
            };

    private final Queue<Runnable> healthChecks = new ArrayDeque<>();
    private final Queue<Runnable> others = new ArrayDeque<>();
    private boolean pausing;

    /** Returns the instance of the current event loop. */
    static EndpointPacer ofThisLoop() {
        return OF_THIS_LOOP.get();
    }

    /**
     * Serves a request, now or when it is its turn. To be called on the event loop. Each connection
     * has one request at a time, so what waits is limited by the number of connections.
     */
    void serve(Runnable request, boolean healthCheck, EventExecutor loop, Ticker ticker) {
        (healthCheck ? healthChecks : others).add(request);
        if (!pausing) {
            serveNext(loop, ticker);
        }
    }

    private void serveNext(EventExecutor loop, Ticker ticker) {
        Runnable next = healthChecks.isEmpty() ? others.poll() : healthChecks.poll();
        pausing = next != null;
        if (next == null) {
            return;
        }
        long start = ticker.nanos();
        try {
            next.run();
        } finally {
            long pause = Math.min(PAUSE * (ticker.nanos() - start), LONGEST_PAUSE_NANOS);
            loop.schedule(() -> serveNext(loop, ticker), pause, TimeUnit.NANOSECONDS);
        }
    }
}
