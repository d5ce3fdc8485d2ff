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
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop whose messages are streamed. They are not shared with auth
 * requests. Not thread-safe: it belongs to its loop.
 */
public final class StreamingPool {
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EventLoop loop;
    private final Connector connector;
    private final Ticker ticker;
    private final int maxIdle;
    private final Deque<StreamingConnection> idle = new ArrayDeque<>();

    /**
     * @param connector one {@linkplain Connector#forStreams for streams}
     * @param maxIdle how many idle connections to keep
     */
    public StreamingPool(EventLoop loop, Connector connector, Ticker ticker, int maxIdle) {
        this.loop = loop;
        this.connector = connector;
        this.ticker = ticker;
        this.maxIdle = maxIdle;
    }

    /**
     * Finds a connection, and hands it to the receiver, or says why there is none. May do so before
     * it returns.
     *
     * @param connectTimeout for each address
     * @param mayReuse whether an idle connection will do; if not, a new one is opened
     */
    public Attempt connect(
            UpstreamResolver address,
            Duration connectTimeout,
            boolean mayReuse,
            ResponseReceiver receiver) {
        var attempt = new Attempt(address, connectTimeout, mayReuse, receiver);
        attempt.start();
        return attempt;
    }

    long now() {
        return ticker.nanos();
    }

    /** Keeps a connection whose response was complete. */
    void give(StreamingConnection connection) {
        idle.addLast(connection);
        while (idle.size() > maxIdle || isTooOld(idle.getFirst())) {
            idle.removeFirst().close();
        }
    }

    void forget(StreamingConnection connection) {
        idle.remove(connection);
    }

    private boolean isTooOld(StreamingConnection connection) {
        return now() - connection.idleSince() >= MAX_IDLE_NANOS;
    }

    private @Nullable StreamingConnection take(List<InetSocketAddress> addresses) {
        StreamingConnection connection;
        while ((connection = idle.pollLast()) != null) {
            if (!isTooOld(connection)
                    && addresses.contains(connection.address())
                    && connection.isUsable()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** One request for a connection, which can be cancelled. */
    public final class Attempt {
        private final UpstreamResolver address;
        private final Duration connectTimeout;
        private final boolean mayReuse;
        private final ResponseReceiver receiver;
        private @Nullable ChannelFuture connecting;
        private boolean resolving;
        private boolean cancelled;

        private Attempt(
                UpstreamResolver address,
                Duration connectTimeout,
                boolean mayReuse,
                ResponseReceiver receiver) {
            this.address = address;
            this.connectTimeout = connectTimeout;
            this.mayReuse = mayReuse;
            this.receiver = receiver;
        }

        private void start() {
            List<InetSocketAddress> known = address.known();
            if (known.isEmpty()) {
                resolving = true;
                address.lookUp().whenCompleteAsync(this::lookedUp, loop);
            } else {
                connectTo(known);
            }
        }

        /** Whether the name of the upstream is still being looked up. */
        public boolean isResolving() {
            return resolving;
        }

        private void lookedUp(
                @Nullable List<InetSocketAddress> found, @Nullable Throwable failure) {
            resolving = false;
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
            StreamingConnection kept = mayReuse ? take(addresses) : null;
            if (kept == null) {
                connect(addresses, 0);
            } else {
                receiver.connected(kept, true);
            }
        }

        private void connect(List<InetSocketAddress> addresses, int index) {
            InetSocketAddress next = addresses.get(index);
            ChannelFuture attempt = connector.connect(loop, next, connectTimeout);
            connecting = attempt;
            attempt.addListener(
                    (ChannelFutureListener)
                            done -> {
                                connecting = null;
                                if (cancelled) {
                                    done.channel().close();
                                } else if (done.isSuccess()) {
                                    receiver.connected(
                                            StreamingConnection.on(
                                                    UpstreamChannel.of(done.channel()),
                                                    next,
                                                    StreamingPool.this),
                                            false);
                                } else if (index + 1 < addresses.size()) {
                                    connect(addresses, index + 1);
                                } else {
                                    address.unreachable();
                                    receiver.failed(connectFailure(done.cause()));
                                }
                            });
        }

        private static FallbackReason connectFailure(Throwable cause) {
            return cause instanceof ConnectTimeoutException
                    ? FallbackReason.CONNECT_TIMEOUT
                    : FallbackReason.CONNECT_REFUSED;
        }

        /** Reports nothing from now on. */
        public void cancel() {
            cancelled = true;
            ChannelFuture attempt = connecting;
            if (attempt != null) {
                attempt.cancel(false);
                attempt.channel().close();
            }
        }
    }
}
