package dev.forwardguard.upstream.connection;

import static dev.forwardguard.outcome.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.outcome.FallbackReason.RESET;

import dev.forwardguard.http1.StrictResponseDecoder;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One connection to the upstream. It sends one request at a time and reads one response, or finds
 * out what is wrong with it. A connection that ever showed anything odd is closed. Only one whose
 * last response was complete and followed by nothing is reused. Lives on one event loop.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamChannel socket;
    private final Channel channel;
    private final InetSocketAddress address;
    private final ConnectionPool pool;
    private final StrictResponseDecoder decoder =
            new StrictResponseDecoder(this::bytesArrived, this::isAnswered);

    private @Nullable HttpExchange exchange;
    private ResponseAggregator response = new ResponseAggregator(BufferBudget.NONE);
    private boolean used;
    private boolean settled = true;
    private long idleSince;

    private UpstreamConnection(
            UpstreamChannel socket, InetSocketAddress address, ConnectionPool pool) {
        this.socket = socket;
        this.channel = socket.channel();
        this.address = address;
        this.pool = pool;
    }

    /** Creates a connection on a channel that has just been connected. */
    static UpstreamConnection on(
            UpstreamChannel socket, InetSocketAddress address, ConnectionPool pool) {
        var connection = new UpstreamConnection(socket, address, pool);
        connection.channel.pipeline().addLast(connection.decoder, connection);
        return connection;
    }

    InetSocketAddress address() {
        return address;
    }

    /** When the last byte of the last response arrived. */
    long idleSince() {
        return idleSince;
    }

    /**
     * Whether the connection may carry another request. If not, it has to be closed. A connection
     * whose last response is not acknowledged yet is checked after the request was sent instead.
     *
     * @param checkFirst whether to check now in any case, at the cost of one more system call
     */
    boolean isUsable(boolean checkFirst) {
        if (checkFirst) {
            settle();
        }
        return exchange == null && (!settled || socket.isQuiet());
    }

    /**
     * Acknowledges the last response, so that anything that the upstream holds back until then
     * arrives before the next request.
     *
     * @return false if that was done before
     */
    boolean settle() {
        if (settled) {
            return false;
        }
        settled = true;
        socket.acknowledge();
        return true;
    }

    /** Whether it has carried a response before. Such a connection may turn out to be stale. */
    boolean wasUsed() {
        return used;
    }

    void ask(HttpExchange next, ByteBuf request) {
        exchange = next;
        response = new ResponseAggregator(next.buffers());
        // a failed write is reported to exceptionCaught
        channel.writeAndFlush(request, channel.voidPromise());
        // The request has carried the acknowledgement. So what an upstream on this node held back
        // is here now, before the upstream can have read the request. From another node it would
        // arrive later, and be taken for the response, like anything that follows a request.
        if (!settled && exchange == next && !socket.isQuiet()) {
            pool.checkedTooLate();
            fail(RESET);
        }
    }

    /** Closes the connection and drops its exchange without reporting to it. */
    void close() {
        exchange = null;
        channel.close();
    }

    private void bytesArrived(int bytes) {
        HttpExchange current = exchange;
        if (current == null) {
            unsolicited();
            return;
        }
        current.onBytes();
        if (!response.isComplete()) {
            FallbackReason failure = response.arrived(bytes);
            if (failure != null) {
                fail(failure);
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (isAnswered()) {
                unsolicited();
            } else {
                FallbackReason failure =
                        message instanceof UpstreamResponse whole
                                ? response.add(whole)
                                : response.add((HttpObject) message);
                if (failure != null) {
                    fail(failure);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private boolean isAnswered() {
        return exchange == null || response.isComplete();
    }

    /**
     * Handles bytes that belong to no request. The verdict before them stands, but the connection
     * is no longer trusted.
     */
    private void unsolicited() {
        HttpExchange current = exchange;
        if (current == null) {
            pool.forget(this);
            channel.close();
        } else {
            finish(current, false);
        }
    }

    /**
     * By now all bytes that have arrived were offered to the decoder. What is left there would
     * become the beginning of the next response: half a forged head is enough to turn a refusal
     * into an allow.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        HttpExchange current = exchange;
        if (current == null) {
            return;
        }
        FallbackReason failure = response.decoded(decoder.fields());
        if (failure != null) {
            fail(failure);
        } else if (response.isComplete()) {
            finish(current, !decoder.hasExcess());
        }
    }

    private void finish(HttpExchange current, boolean clean) {
        exchange = null;
        used = true;
        if (clean
                && response.isKeepAlive()
                && current.sharesConnection()
                && !decoder.hasLargeBuffer()
                && channel.isActive()) {
            idleSince = current.lastByteAt();
            settled = false;
            pool.give(this);
        } else {
            channel.close();
        }
        current.answered(response.response());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (exchange == null) {
            pool.forget(this);
        } else {
            fail(exchange.hasBytes() ? PROTOCOL_ERROR : RESET);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause instanceof IOException ? RESET : PROTOCOL_ERROR);
    }

    private void fail(FallbackReason reason) {
        HttpExchange current = exchange;
        exchange = null;
        pool.forget(this);
        channel.close();
        if (current != null) {
            current.connectionFailed(this, reason);
        }
    }
}
