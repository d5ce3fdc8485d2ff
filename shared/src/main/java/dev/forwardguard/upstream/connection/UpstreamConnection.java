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
 * One connection to the upstream: asks one question at a time and reads one answer, or finds out
 * what is wrong with it. A connection that ever showed anything odd is closed; only one whose last
 * answer was complete and followed by nothing is used again. Lives on one event loop.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamChannel socket;
    private final Channel channel;
    private final InetSocketAddress address;
    private final ConnectionPool pool;
    private final StrictResponseDecoder decoder =
            new StrictResponseDecoder(this::bytesArrived, this::isAnswered);

    private @Nullable HttpExchange exchange;
    private ResponseAggregator answer = new ResponseAggregator(BufferBudget.NONE);
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

    /** Puts a connection on a channel that has just been connected. */
    static UpstreamConnection on(
            UpstreamChannel socket, InetSocketAddress address, ConnectionPool pool) {
        var connection = new UpstreamConnection(socket, address, pool);
        connection.channel.pipeline().addLast(connection.decoder, connection);
        return connection;
    }

    InetSocketAddress address() {
        return address;
    }

    /** When the last byte of the last answer arrived. */
    long idleSince() {
        return idleSince;
    }

    /**
     * Whether nothing speaks against another question; if something does, the connection has to be
     * closed. One that has not settled is looked at when the question is on its way.
     *
     * @param checkFirst to look now in any case, for the price of one more system call
     */
    boolean isUsable(boolean checkFirst) {
        if (checkFirst) {
            settle();
        }
        return exchange == null && (!settled || socket.isQuiet());
    }

    /**
     * Calls for what the upstream may hold back, so that it arrives before the next question.
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

    /** Whether an answer was read on it before: such a connection may turn out to be stale. */
    boolean wasUsed() {
        return used;
    }

    void ask(HttpExchange asking, ByteBuf request) {
        exchange = asking;
        answer = new ResponseAggregator(asking.buffers());
        // a failure to write is told to exceptionCaught
        channel.writeAndFlush(request, channel.voidPromise());
        // the question has taken the acknowledgement along, so what an upstream on this node held
        // back is here now, before it can have read the question; from another node it would come
        // later and, like anything that comes behind a question, pass for its answer
        if (!settled && exchange == asking && !socket.isQuiet()) {
            pool.checkedTooLate();
            fail(RESET);
        }
    }

    /** Ends whatever is under way without telling anybody. */
    void close() {
        exchange = null;
        channel.close();
    }

    private void bytesArrived() {
        if (exchange == null) {
            unsolicited();
        } else {
            exchange.onBytes();
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
                                ? answer.add(whole)
                                : answer.add((HttpObject) message);
                if (failure != null) {
                    fail(failure);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private boolean isAnswered() {
        return exchange == null || answer.isComplete();
    }

    /**
     * Bytes that answer no question: the verdict before them stands, but the connection is not to
     * be trusted.
     */
    private void unsolicited() {
        HttpExchange asked = exchange;
        if (asked == null) {
            pool.forget(this);
            channel.close();
        } else {
            finish(asked, false);
        }
    }

    /**
     * All bytes that have arrived were offered to the decoder by now. What is left there would
     * become the beginning of the next answer: half a forged head is enough to turn a refusal into
     * an allow.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        HttpExchange asked = exchange;
        if (asked != null && answer.isComplete()) {
            finish(asked, !decoder.hasExcess());
        }
    }

    private void finish(HttpExchange asked, boolean clean) {
        exchange = null;
        used = true;
        if (clean && answer.isKeepAlive() && channel.isActive()) {
            idleSince = asked.lastByteAt();
            settled = false;
            pool.give(this);
        } else {
            channel.close();
        }
        asked.answered(answer.response());
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
        HttpExchange asked = exchange;
        exchange = null;
        pool.forget(this);
        channel.close();
        if (asked != null) {
            asked.connectionFailed(this, reason);
        }
    }
}
