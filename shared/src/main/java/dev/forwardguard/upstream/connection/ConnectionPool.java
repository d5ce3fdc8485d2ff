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
 * The idle connections of one event loop, and who waits for one; the one that was used last is used
 * next, so that the others can grow old and go. Not thread-safe: it belongs to its loop.
 */
final class ConnectionPool {
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * So many questions in one turn show that connections are taken again soon. Then they are
     * acknowledged by the next question, at no cost, and by themselves only if none has come for
     * {@link #SETTLE_NANOS}: far less than the 40 ms that a system would wait for one.
     */
    private static final int BUSY = 4;

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** So at most one question in so many is asked twice because of a look that came too late. */
    private static final int REQUESTS_TO_CHECK_FIRST = 250;

    private final EventLoop loop;
    private final Ticker ticker;
    private final IntSupplier maxIdle;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private final Queue<HttpExchange> asking = new ArrayDeque<>();
    private boolean runsSoon;
    private boolean busy;
    private boolean settlesSoon;
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
     * Has a question asked at the end of the loop's turn. By then all that has come in was read:
     * the answers among it have given back their connections, and what an upstream has said unasked
     * is known.
     */
    void ask(HttpExchange exchange) {
        awaitRun();
        asking.add(exchange);
    }

    private void awaitRun() {
        if (!runsSoon) {
            loop.execute(this::runQueued);
            runsSoon = true;
        }
    }

    private void runQueued() {
        runsSoon = false; // first, so that an error does not stop all asking
        int asked = 0;
        HttpExchange next;
        while ((next = asking.poll()) != null) {
            next.run();
            asked++;
        }
        if (asked >= BUSY) {
            busy = true;
        }
        if (!settlesSoon) {
            if (busy) {
                settleSoon();
            } else {
                settle(0);
            }
        }
    }

    /**
     * An idle connection to one of the addresses, or null; what is too old or leads elsewhere is
     * closed.
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
     * What was found behind a question may have been its answer: where guard and upstream share a
     * core, the system may let the upstream run as soon as the question is sent. Nothing tells the
     * two apart, so the question is asked twice, and the next ones had better look before.
     */
    void checkedTooLate() {
        requestsToCheckFirst = REQUESTS_TO_CHECK_FIRST;
    }

    /** Keeps a connection whose answer was complete; those that are too old or too many go. */
    void give(UpstreamConnection connection) {
        idle.addLast(connection);
        long now = connection.idleSince();
        while (idle.size() > maxIdle.getAsInt() || isTooOld(idle.getFirst(), now)) {
            idle.removeFirst().close();
        }
        awaitRun();
    }

    private static boolean isTooOld(UpstreamConnection connection, long now) {
        return now - connection.idleSince() >= MAX_IDLE_NANOS;
    }

    private void settleSoon() {
        settlesSoon = true;
        loop.schedule(
                () -> {
                    settlesSoon = false;
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
     * Has those acknowledged that were not taken again for so long. They are behind all that were
     * acknowledged before.
     *
     * @return whether there are others, which may still be taken
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
