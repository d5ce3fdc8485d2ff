package dev.forwardguard.upstream.connection;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The connections of one event loop. The one that was used last is reused first, so that the others
 * can age and be closed. Not thread-safe: it belongs to its loop.
 */
public final class ConnectionPool implements UpstreamConnection.Home {
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EventLoop loop;
    private final Connector connector;
    private final Ticker ticker;
    private final IntSupplier maxIdle;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private boolean acknowledges;

    /**
     * @param maxIdle how many idle connections to keep; asked anew for each
     */
    public ConnectionPool(EventLoop loop, Connector connector, Ticker ticker, IntSupplier maxIdle) {
        this.loop = loop;
        this.connector = connector;
        this.ticker = ticker;
        this.maxIdle = maxIdle;
    }

    /**
     * Prepares to find a connection, and to hand it to the receiver or say why there is none.
     *
     * @param connectTimeout for each address
     */
    public Attempt attempt(
            UpstreamResolver address, Duration connectTimeout, ResponseReceiver receiver) {
        return new Attempt(address, connectTimeout, receiver);
    }

    /**
     * Keeps a connection whose response was complete. Closes those that are too old or too many.
     */
    @Override
    public void give(UpstreamConnection connection) {
        long now = ticker.nanos();
        connection.idleSince(now);
        idle.addLast(connection);
        if (!acknowledges) {
            acknowledges = true;
            // later than the requests of this turn, each of which may take a connection
            loop.execute(() -> loop.execute(this::acknowledge));
        }
        int most = maxIdle.getAsInt();
        while (!idle.isEmpty() && (idle.size() > most || isTooOld(idle.getFirst(), now))) {
            idle.removeFirst().close();
        }
    }

    /** Acknowledges the responses of those that nobody has taken. The newest are the last. */
    private void acknowledge() {
        acknowledges = false;
        Iterator<UpstreamConnection> newest = idle.descendingIterator();
        boolean more = true;
        while (more && newest.hasNext()) {
            more = newest.next().acknowledge();
        }
    }

    @Override
    public void forget(UpstreamConnection connection) {
        idle.remove(connection);
    }

    /**
     * Takes an idle connection to one of the addresses; null if there is none. Closes those that it
     * finds to be unusable, too old, or connected to another address.
     */
    private @Nullable UpstreamConnection take(List<InetSocketAddress> addresses) {
        UpstreamConnection connection;
        while ((connection = idle.pollLast()) != null) {
            if (addresses.contains(connection.address())
                    && !isTooOld(connection, ticker.nanos())
                    && connection.isUsable()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private static boolean isTooOld(UpstreamConnection connection, long now) {
        return now - connection.idleSince() >= MAX_IDLE_NANOS;
    }

    /** One request for a connection, which can be cancelled. */
    public final class Attempt {
        private final UpstreamResolver address;
        private final Duration connectTimeout;
        private final ResponseReceiver receiver;
        private @Nullable CompletableFuture<?> lookup;
        private @Nullable ChannelFuture connecting;
        private boolean mayReuse;
        private boolean cancelled;

        private Attempt(
                UpstreamResolver address, Duration connectTimeout, ResponseReceiver receiver) {
            this.address = address;
            this.connectTimeout = connectTimeout;
            this.receiver = receiver;
        }

        /**
         * Begins. May report to the receiver before it returns.
         *
         * @param reuse whether an idle connection will do; if not, a new one is opened
         */
        public void start(boolean reuse) {
            mayReuse = reuse;
            List<InetSocketAddress> known = address.known();
            if (known.isEmpty()) {
                var pending = address.lookUp();
                lookup = pending;
                pending.whenCompleteAsync(this::lookedUp, loop);
            } else {
                connectTo(known);
            }
        }

        /** Whether it waits for the resolver, and for nothing else such as its turn. */
        public boolean isResolving() {
            return lookup != null && !lookup.isDone();
        }

        private void lookedUp(
                @Nullable List<InetSocketAddress> found, @Nullable Throwable failure) {
            if (cancelled) {
                return;
            }
            if (found == null || failure != null) {
                receiver.failed(FallbackReason.DNS);
            } else {
                connectTo(found);
            }
        }

        private void connectTo(List<InetSocketAddress> addresses) {
            UpstreamConnection kept = mayReuse ? take(addresses) : null;
            if (kept == null) {
                connect(addresses, 0);
            } else {
                receiver.connected(kept, true);
            }
        }

        private void connect(List<InetSocketAddress> addresses, int index) {
            ChannelFuture opening = connector.connect(loop, addresses.get(index), connectTimeout);
            connecting = opening;
            opening.addListener((ChannelFutureListener) done -> connected(done, addresses, index));
        }

        private void connected(ChannelFuture done, List<InetSocketAddress> addresses, int index) {
            connecting = null;
            if (cancelled) {
                done.channel().close();
            } else if (done.isSuccess()) {
                receiver.connected(
                        new UpstreamConnection(
                                done.channel(), addresses.get(index), ConnectionPool.this),
                        false);
            } else if (index + 1 < addresses.size()) {
                connect(addresses, index + 1);
            } else {
                address.unreachable();
                receiver.failed(
                        done.cause() instanceof ConnectTimeoutException
                                ? FallbackReason.CONNECT_TIMEOUT
                                : FallbackReason.CONNECT_REFUSED);
            }
        }

        /** Reports nothing from now on. */
        public void cancel() {
            cancelled = true;
            ChannelFuture opening = connecting;
            if (opening != null) {
                opening.cancel(false);
                opening.channel().close();
            }
        }
    }
}
