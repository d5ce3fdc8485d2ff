package dev.forwardguard.upstream;

import static dev.forwardguard.upstream.FallbackReason.BAD_STATUS;
import static dev.forwardguard.upstream.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.upstream.FallbackReason.RESET;
import static dev.forwardguard.upstream.FallbackReason.RESPONSE_TOO_LARGE;

import dev.forwardguard.time.Ticker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One connection to the upstream: asks one question at a time and reads one answer, or finds out
 * what is wrong with it. A connection that ever showed anything odd is closed; only one whose last
 * answer was complete and followed by nothing is used again. Lives on one event loop.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    static final int MAX_BODY_BYTES = 1 << 20;
    private static final byte[] NO_BODY = {};

    private final UpstreamChannel channel;
    private final InetSocketAddress address;
    private final ConnectionPool pool;
    private final Ticker ticker;
    private final StrictResponseDecoder decoder = new StrictResponseDecoder(this::bytesArrived);

    private @Nullable Exchange exchange;
    private @Nullable HttpResponse head;
    private @Nullable ByteArrayOutputStream body;
    private boolean interim;
    private boolean complete;
    private boolean used;
    private long idleSince;

    private UpstreamConnection(
            UpstreamChannel channel,
            InetSocketAddress address,
            ConnectionPool pool,
            Ticker ticker) {
        this.channel = channel;
        this.address = address;
        this.pool = pool;
        this.ticker = ticker;
    }

    /** Puts a connection on a channel that has just been connected. */
    static UpstreamConnection on(
            UpstreamChannel channel,
            InetSocketAddress address,
            ConnectionPool pool,
            Ticker ticker) {
        var connection = new UpstreamConnection(channel, address, pool, ticker);
        channel.pipeline().addLast(new HttpRequestEncoder(), connection.decoder, connection);
        return connection;
    }

    InetSocketAddress address() {
        return address;
    }

    long idleSince() {
        return idleSince;
    }

    /**
     * Whether nothing speaks against another question; if something does, the connection has to be
     * closed.
     */
    boolean isUsable() {
        return exchange == null && channel.isQuiet();
    }

    /** Whether an answer was read on it before: such a connection may turn out to be stale. */
    boolean wasUsed() {
        return used;
    }

    void ask(Exchange asking, HttpRequest request) {
        exchange = asking;
        head = null;
        body = null;
        interim = false;
        complete = false;
        channel.writeAndFlush(request)
                .addListener(
                        (ChannelFutureListener)
                                written -> {
                                    if (!written.isSuccess() && exchange == asking) {
                                        fail(RESET);
                                    }
                                });
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
            exchange.progress();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (exchange == null || complete) {
                unsolicited();
            } else if (message instanceof HttpObject part && part.decoderResult().isSuccess()) {
                read(part);
            } else {
                fail(whyUnreadable(message));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /**
     * Bytes that answer no question: the verdict before them stands, but the connection is not to
     * be trusted.
     */
    private void unsolicited() {
        if (complete) {
            finish(false);
        } else {
            pool.forget(this);
            channel.close();
        }
    }

    private static FallbackReason whyUnreadable(Object message) {
        return message instanceof HttpObject part
                        && part.decoderResult().cause() instanceof TooLongFrameException
                ? RESPONSE_TOO_LARGE
                : PROTOCOL_ERROR;
    }

    private void read(HttpObject part) {
        if (part instanceof HttpResponse response) {
            readHead(response);
        } else if (part instanceof HttpContent content) {
            readBody(content);
        }
    }

    private void readHead(HttpResponse response) {
        if (!StrictResponseDecoder.isUnambiguous(response)) {
            fail(PROTOCOL_ERROR);
        } else if (response.headers().size() > StrictResponseDecoder.MAX_HEADER_FIELDS) {
            fail(RESPONSE_TOO_LARGE);
        } else if (response.status().code() == 101) {
            fail(BAD_STATUS);
        } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            interim = true;
        } else if (response.status().code() < 200 || response.status().code() > 999) {
            fail(PROTOCOL_ERROR);
        } else {
            head = response;
        }
    }

    private void readBody(HttpContent content) {
        ByteBuf bytes = content.content();
        int length = bytes.readableBytes();
        if (length > 0) {
            if (body == null) {
                body = new ByteArrayOutputStream(length);
            }
            if (body.size() + length > MAX_BODY_BYTES) {
                fail(RESPONSE_TOO_LARGE);
                return;
            }
            copy(bytes, length, body);
        }
        if (content instanceof LastHttpContent) {
            if (interim) {
                interim = false;
            } else {
                complete = true;
            }
        }
    }

    private static void copy(ByteBuf from, int length, ByteArrayOutputStream to) {
        try {
            from.readBytes(to, length);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
    }

    /**
     * All bytes that have arrived were offered to the decoder by now. What is left there would
     * become the beginning of the next answer: half a forged head is enough to turn a refusal into
     * an allow.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (complete) {
            finish(!decoder.hasLeftover());
        }
    }

    private void finish(boolean clean) {
        Exchange asked = exchange;
        HttpResponse answer = head;
        exchange = null;
        complete = false;
        used = true;
        if (clean && answer != null && HttpUtil.isKeepAlive(answer) && channel.isActive()) {
            idleSince = ticker.nanos();
            pool.give(this);
        } else {
            channel.close();
        }
        if (asked != null && answer != null) {
            byte[] content = body == null ? NO_BODY : body.toByteArray();
            head = null;
            body = null;
            asked.answered(new UpstreamResponse(answer.status(), answer.headers(), content));
        }
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
        Exchange asked = exchange;
        exchange = null;
        pool.forget(this);
        channel.close();
        if (asked != null) {
            asked.connectionFailed(this, reason);
        }
    }
}
