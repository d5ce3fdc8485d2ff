package dev.forwardguard.upstream.connection;

import static dev.forwardguard.outcome.FallbackReason.CONNECT_REFUSED;
import static dev.forwardguard.outcome.FallbackReason.CONNECT_TIMEOUT;
import static dev.forwardguard.outcome.FallbackReason.DEADLINE;
import static dev.forwardguard.outcome.FallbackReason.DNS;
import static dev.forwardguard.outcome.FallbackReason.READ_TIMEOUT;

import dev.forwardguard.http1.RequestHeadEncoder;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Cancelled;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FutureListener;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One upstream request in flight, from the address to the outcome, under one deadline. Ends exactly
 * once: answered, failed, out of time, or cancelled by the caller. Lives on the caller's event
 * loop.
 */
public final class HttpExchange {
    /** How long a request waits until it counts as slow, and then again each time. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** All that become slow within this time are looked at together, at its beginning. */
    private static final long SLOW_GRID_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final UpstreamRequest request;
    private final UpstreamSettings settings;
    private final UpstreamResolver address;
    private final ConnectionPool pool;
    private final DeadlineTimer deadlines;
    private final Connector connector;
    private final Ticker ticker;
    private final Observer observer;
    private final CompletableFuture<UpstreamOutcome> outcome = new CompletableFuture<>();
    private final FutureListener<Void> cancellation = cancelled -> end(new Cancelled());

    private long deadlineAt;
    private long slowAt;
    private long lastByteAt;
    private boolean sent;
    private boolean received;
    private boolean retried;
    private boolean ended;
    private int timerIndex;
    private @Nullable UpstreamConnection connection;
    private @Nullable ChannelFuture connecting;
    private @Nullable CompletableFuture<?> lookup;

    public HttpExchange(
            UpstreamRequest request,
            UpstreamSettings settings,
            UpstreamResolver address,
            EventLoopState shared,
            Observer observer) {
        this.request = request;
        this.settings = settings;
        this.address = address;
        this.pool = shared.pool();
        this.deadlines = shared.deadlines();
        this.connector = shared.connector();
        this.ticker = shared.ticker();
        this.observer = observer;
    }

    public CompletableFuture<UpstreamOutcome> outcome() {
        return outcome;
    }

    /** Returns where the bytes of the response are counted. */
    BufferBudget.Share buffers() {
        return request.buffers();
    }

    /**
     * Starts the exchange. An exception or error in here fails the outcome, which somebody waits
     * for. After one in a later callback the deadline ends the exchange.
     */
    public void start() {
        try {
            long now = ticker.nanos();
            deadlineAt = now + settings.deadline().toNanos();
            slowAt = slowAfter(now);
            deadlines.add(this, now);
            request.cancellation().addListener(cancellation);
            pool.ask(this);
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    /** Called when the event loop has read what had arrived, and it is this exchange's turn. */
    void run() {
        try {
            if (!ended) {
                resolveAndSend();
            }
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    private void resolveAndSend() {
        List<InetSocketAddress> known = address.known();
        if (known.isEmpty()) {
            var pending = address.lookUp();
            lookup = pending;
            pending.whenCompleteAsync(this::lookedUp, loop());
        } else {
            sendTo(known);
        }
    }

    private EventLoop loop() {
        return request.loop();
    }

    private void lookedUp(@Nullable List<InetSocketAddress> found, @Nullable Throwable failure) {
        if (ended) {
            return;
        }
        if (found == null || failure != null) {
            end(new Unavailable(DNS));
        } else {
            sendTo(found);
        }
    }

    private void sendTo(List<InetSocketAddress> addresses) {
        long now = ticker.nanos();
        UpstreamConnection idle = request.freshConnection() ? null : pool.take(addresses, now);
        if (idle == null) {
            connect(addresses, 0);
        } else {
            send(idle, now);
        }
    }

    private void connect(List<InetSocketAddress> addresses, int index) {
        InetSocketAddress next = addresses.get(index);
        ChannelFuture attempt = connector.connect(loop(), next, settings.connectTimeout());
        connecting = attempt;
        attempt.addListener(
                (ChannelFutureListener)
                        done -> {
                            connecting = null;
                            if (ended) {
                                done.channel().close();
                            } else if (done.isSuccess()) {
                                send(
                                        UpstreamConnection.on(
                                                UpstreamChannel.of(done.channel()), next, pool),
                                        ticker.nanos());
                            } else if (index + 1 < addresses.size()) {
                                connect(addresses, index + 1);
                            } else {
                                address.unreachable();
                                end(new Unavailable(connectFailure(done.cause())));
                            }
                        });
    }

    private static FallbackReason connectFailure(Throwable cause) {
        return cause instanceof ConnectTimeoutException ? CONNECT_TIMEOUT : CONNECT_REFUSED;
    }

    private void send(UpstreamConnection chosen, long now) {
        connection = chosen;
        sent = true;
        lastByteAt = now;
        chosen.ask(
                this,
                RequestHeadEncoder.write(
                        settings.url().getRawAuthority(),
                        settings.pathPrefix(),
                        request.uri(),
                        request.headers()));
    }

    /** Called when bytes of the response have arrived. */
    void onBytes() {
        received = true;
        lastByteAt = ticker.nanos();
    }

    /**
     * When the last byte of the response arrived; until there is one, when the request was sent.
     */
    long lastByteAt() {
        return lastByteAt;
    }

    /** Whether the connection may carry other requests after this one. */
    boolean sharesConnection() {
        return !request.freshConnection();
    }

    boolean hasBytes() {
        return received;
    }

    void answered(UpstreamResponse response) {
        connection = null;
        end(observer.classify(response));
    }

    /**
     * Called when the connection broke. The upstream may have closed an idle connection just before
     * the request reached it, which says nothing about the upstream. Then the request is sent once
     * more, on a new connection (RFC 9110 section 9.2.2).
     */
    void connectionFailed(UpstreamConnection failed, FallbackReason reason) {
        connection = null;
        if (ended) {
            return;
        }
        if (failed.wasUsed() && !received && !retried) {
            retried = true;
            sent = false;
            connect(address.known(), 0);
        } else {
            end(new Unavailable(reason));
        }
    }

    /** Ends the exchange if its time is up, and reports it each second that it waits. */
    void onTimer(long now) {
        if (ended) {
            return;
        }
        if (now - deadlineAt >= 0) {
            end(new Unavailable(isResolving() ? DNS : DEADLINE));
        } else if (sent && now - lastByteAt >= settings.readTimeout().toNanos()) {
            end(new Unavailable(READ_TIMEOUT));
        } else if (now - slowAt >= 0) {
            slowAt = slowAfter(now);
            observer.slow();
        }
    }

    /** Whether it waits for the resolver, and for nothing else such as its turn. */
    private boolean isResolving() {
        return lookup != null && !lookup.isDone();
    }

    private static long slowAfter(long now) {
        long at = now + SLOW_NANOS;
        return at - Math.floorMod(at, SLOW_GRID_NANOS);
    }

    /**
     * Returns when its time may be up or it may be slow, in nanoseconds from now. Each byte of the
     * response postpones the former.
     */
    long untilNextCheck(long now) {
        long silence = sent ? lastByteAt - now : 0;
        long out = Math.min(deadlineAt - now, silence + settings.readTimeout().toNanos());
        return Math.min(out, slowAt - now);
    }

    /** The index of this exchange in the list of the {@link DeadlineTimer}. */
    int timerIndex() {
        return timerIndex;
    }

    void setTimerIndex(int index) {
        timerIndex = index;
    }

    private void end(UpstreamOutcome result) {
        if (ended) {
            return;
        }
        ended = true;
        try {
            release();
        } finally {
            outcome.complete(result);
        }
    }

    private void release() {
        deadlines.remove(this);
        request.cancellation().removeListener(cancellation);
        ChannelFuture attempt = connecting;
        if (attempt != null) {
            connecting = null;
            attempt.cancel(false);
            attempt.channel().close();
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Who judges the exchange. Called on its event loop. */
    @FunctionalInterface
    public interface Observer {
        /** Returns what a complete response means. */
        UpstreamOutcome classify(UpstreamResponse response);

        /** Called when the request has waited for about a second, and each second after that. */
        default void slow() {}
    }
}
