package dev.forwardguard.upstream.connection;

import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The idle connections of one event loop, and the exchanges that wait for one. The connection that
 * was used last is reused first, so that the others can age and be closed. Not thread-safe: it
 * belongs to its loop.
 */
final class ConnectionPool {
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * This many requests in one turn show that idle connections are soon reused. The next request
     * on a connection then carries the TCP acknowledgement of its last response, at no cost. Only
     * connections that stay idle for {@link #SETTLE_NANOS} are acknowledged explicitly. That is far
     * less than the 40 ms for which a system may delay an acknowledgement.
     */
    private static final int BUSY = 4;

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * How many requests check their connection before they are sent, after a check that came too
     * late. So at most one request in this many is sent twice because of a late check.
     */
    private static final int REQUESTS_TO_CHECK_FIRST = 250;

    private final EventLoop loop;
    private final Ticker ticker;
    private final IntSupplier maxIdle;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private final Queue<HttpExchange> waiting = new ArrayDeque<>();
    private boolean runScheduled;
    private boolean busy;
    private boolean settleScheduled;
    private int requestsToCheckFirst;

    /**
     * @param maxIdle how many connections to keep; asked anew for each
     */
    ConnectionPool(EventLoop loop, Ticker ticker, IntSupplier maxIdle) {
        this.loop = loop;
        this.ticker = ticker;
        this.maxIdle = maxIdle;
    }

    /**
     * Queues an exchange until the end of the loop's turn. By then everything that has arrived was
     * read: complete responses have given back their connections, and bytes that an upstream sent
     * unsolicited are known.
     */
    void ask(HttpExchange exchange) {
        scheduleRun();
        waiting.add(exchange);
    }

    private void scheduleRun() {
        if (!runScheduled) {
            loop.execute(this::runQueued);
            runScheduled = true;
        }
    }

    private void runQueued() {
        runScheduled = false; // first, so that an error does not stop all later exchanges
        int count = 0;
        HttpExchange next;
        while ((next = waiting.poll()) != null) {
            next.run();
            count++;
        }
        if (count >= BUSY) {
            busy = true;
        }
        if (!settleScheduled) {
            if (busy) {
                settleSoon();
            } else {
                settle(0);
            }
        }
    }

    /**
     * Takes an idle connection to one of the addresses; null if there is none. Closes those that it
     * finds to be unusable, too old, or connected to another address.
     */
    @Nullable UpstreamConnection take(List<InetSocketAddress> addresses, long now) {
        boolean checkFirst = requestsToCheckFirst > 0;
        if (checkFirst) {
            requestsToCheckFirst--;
        }
        UpstreamConnection connection;
        while ((connection = idle.pollLast()) != null) {
            if (connection.isUsable(checkFirst)
                    && addresses.contains(connection.address())
                    && !isTooOld(connection, now)) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /**
     * Called when bytes were found right after a request was sent. They may have been its response:
     * where guard and upstream share a core, the system may run the upstream as soon as the request
     * is sent. The two cases cannot be distinguished, so the request is sent twice, and the next
     * requests check their connection before they are sent.
     */
    void checkedTooLate() {
        requestsToCheckFirst = REQUESTS_TO_CHECK_FIRST;
    }

    /**
     * Keeps a connection whose response was complete. Closes those that are too old or too many.
     */
    void give(UpstreamConnection connection) {
        idle.addLast(connection);
        long now = connection.idleSince();
        int most = maxIdle.getAsInt();
        while (!idle.isEmpty() && (idle.size() > most || isTooOld(idle.getFirst(), now))) {
            idle.removeFirst().close();
        }
        scheduleRun();
    }

    private static boolean isTooOld(UpstreamConnection connection, long now) {
        return now - connection.idleSince() >= MAX_IDLE_NANOS;
    }

    private void settleSoon() {
        settleScheduled = true;
        loop.schedule(
                () -> {
                    settleScheduled = false;
                    boolean stillBusy = busy;
                    busy = false;
                    if (settle(stillBusy ? SETTLE_NANOS : 0)) {
                        settleSoon();
                    }
                },
                SETTLE_NANOS,
                TimeUnit.NANOSECONDS);
    }

    /**
     * Acknowledges the last response on all connections that have been idle for this long.
     * Connections that were acknowledged before are older than all others, so the first of them
     * ends the loop.
     *
     * @return whether other connections remain, which may still be reused first
     */
    private boolean settle(long idleNanos) {
        long now = ticker.nanos();
        boolean others = false;
        Iterator<UpstreamConnection> latestFirst = idle.descendingIterator();
        while (latestFirst.hasNext()) {
            UpstreamConnection connection = latestFirst.next();
            if (now - connection.idleSince() < idleNanos) {
                others = true;
            } else if (!connection.settle()) {
                break;
            }
        }
        return others;
    }

    void forget(UpstreamConnection connection) {
        idle.remove(connection);
    }
}
