package dev.forwardguard.upstream.connection;

import static dev.forwardguard.outcome.FallbackReason.DEADLINE;
import static dev.forwardguard.outcome.FallbackReason.DNS;
import static dev.forwardguard.outcome.FallbackReason.READ_TIMEOUT;
import static dev.forwardguard.outcome.FallbackReason.RESPONSE_TOO_LARGE;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.http1.RequestHeadEncoder;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Cancelled;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.FutureListener;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One upstream request in flight, from the address to the response, under one deadline. Ends
 * exactly once: answered, failed, out of time, or cancelled by the caller. What the response means
 * is not its business. Lives on the caller's event loop.
 */
public final class HttpExchange extends DeadlineTimer.Timed implements ResponseReceiver {
    /** How long a request waits until it counts as slow, and then again each time. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** All that become slow within this time are looked at together, at its beginning. */
    private static final long SLOW_GRID_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final UpstreamRequest request;
    private final UpstreamSettings settings;
    private final EventLoopState shared;
    private final Runnable onSlow;
    private final ConnectionPool.Attempt attempt;
    private final CompletableFuture<UpstreamOutcome> outcome = new CompletableFuture<>();
    private final FutureListener<Void> cancellation = cancelled -> end(new Cancelled());

    private Phase phase = Phase.QUEUED;
    private long deadlineAt;
    private long slowAt;
    private long lastByteAt;
    private boolean stale;
    private long memory;
    private @Nullable UpstreamConnection connection;
    private @Nullable ResponseAggregator parts;
    private @Nullable UpstreamResponse whole;

    private enum Phase {
        /** Waits for the end of the event loop's turn. */
        QUEUED,
        /** Waits for a connection. */
        CONNECTING,
        /** The request was sent, and nothing has arrived. */
        SENT,
        RECEIVING,
        ENDED
    }

    /**
     * @param onSlow called when the request has waited for about a second, and each second after
     *     that
     */
    public HttpExchange(
            UpstreamRequest request,
            UpstreamSettings settings,
            UpstreamResolver address,
            EventLoopState shared,
            Runnable onSlow) {
        this.request = request;
        this.settings = settings;
        this.shared = shared;
        this.onSlow = onSlow;
        this.attempt = shared.pool().attempt(address, settings.connectTimeout(), this);
    }

    /** What came of it: {@link Answered} with any complete response. */
    public CompletableFuture<UpstreamOutcome> outcome() {
        return outcome;
    }

    /**
     * Starts the exchange. An exception or error in here fails the outcome, which somebody waits
     * for. After one in a later callback the deadline ends the exchange.
     */
    public void start() {
        try {
            long now = shared.ticker().nanos();
            deadlineAt = now + settings.deadline().minus(request.waited()).toNanos();
            slowAt = slowAfter(now);
            shared.deadlines().add(this, now);
            request.cancellation().addListener(cancellation);
            shared.endOfTurn().run(this::connect);
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    private void connect() {
        try {
            if (phase == Phase.QUEUED) {
                phase = Phase.CONNECTING;
                attempt.start(true);
            }
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
        }
    }

    @Override
    public void connected(UpstreamConnection found, boolean reused) {
        connection = found;
        stale = reused;
        phase = Phase.SENT;
        lastByteAt = shared.ticker().nanos();
        found.send(
                RequestHeadEncoder.write(
                        request.host().orElse(settings.url().getRawAuthority()),
                        settings.pathPrefix(),
                        request.uri(),
                        request.headers()),
                this);
    }

    @Override
    public void bytesArrived() {
        phase = Phase.RECEIVING;
        lastByteAt = shared.ticker().nanos();
    }

    /** Gives everything back if there is not enough, because there will be no response. */
    @Override
    public boolean takeForHead(long bytes) {
        if (request.buffers().take(bytes)) {
            memory += bytes;
            return true;
        }
        request.buffers().giveBack(memory);
        memory = 0;
        return false;
    }

    @Override
    public boolean takeForBody(long bytes) {
        return takeForHead(bytes);
    }

    @Override
    public void whole(UpstreamResponse response) {
        whole = response;
    }

    @Override
    public void head(HttpResponse head) {
        parts = new ResponseAggregator(head);
    }

    @Override
    public void body(ByteBuf bytes) {
        boolean tooLarge = parts != null && !parts.add(bytes);
        bytes.release();
        if (tooLarge) {
            end(new Unavailable(RESPONSE_TOO_LARGE));
        }
    }

    @Override
    public void complete() {
        connection = null;
        end(new Answered(parts == null ? requireNonNull(whole) : parts.response()));
    }

    /**
     * The upstream may have closed an idle connection just before the request reached it, which
     * says nothing about the upstream. Then the request is sent once more, on a new connection (RFC
     * 9110 section 9.2.2).
     */
    @Override
    public void failed(FallbackReason reason) {
        connection = null;
        if (phase == Phase.SENT && stale) {
            phase = Phase.CONNECTING;
            attempt.start(false);
        } else {
            end(new Unavailable(reason));
        }
    }

    /** Ends the exchange if its time is up, and reports it each second that it waits. */
    @Override
    void onTimer(long now) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (now - deadlineAt >= 0) {
            end(new Unavailable(attempt.isResolving() ? DNS : DEADLINE));
        } else if (isSent() && now - lastByteAt >= settings.readTimeout().toNanos()) {
            end(new Unavailable(READ_TIMEOUT));
        } else if (now - slowAt >= 0) {
            slowAt = slowAfter(now);
            onSlow.run();
        }
    }

    private boolean isSent() {
        return phase == Phase.SENT || phase == Phase.RECEIVING;
    }

    private static long slowAfter(long now) {
        long at = now + SLOW_NANOS;
        return at - Math.floorMod(at, SLOW_GRID_NANOS);
    }

    /**
     * When its time may be up or it may be slow. Each byte of the response postpones the former.
     */
    @Override
    long untilNextCheck(long now) {
        long silence = isSent() ? lastByteAt - now : 0;
        long out = Math.min(deadlineAt - now, silence + settings.readTimeout().toNanos());
        return Math.min(out, slowAt - now);
    }

    private void end(UpstreamOutcome result) {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        try {
            release();
        } finally {
            outcome.complete(result);
        }
    }

    private void release() {
        shared.deadlines().remove(this);
        request.cancellation().removeListener(cancellation);
        attempt.cancel();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
