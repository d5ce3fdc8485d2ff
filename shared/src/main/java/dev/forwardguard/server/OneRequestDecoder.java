package dev.forwardguard.server;

import dev.forwardguard.http1.ChunkedBody;
import dev.forwardguard.http1.ConnectionHeader;
import dev.forwardguard.http1.FastRequestParser;
import dev.forwardguard.http1.HeaderLineScanner;
import dev.forwardguard.server.ClientConnection.Reading;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Predicate;

/**
 * Netty's request decoder with a {@linkplain FastRequestParser fast path}, limits on what a request
 * costs besides its bytes, and one request at a time: after the end of a request it reads nothing
 * until the response has been sent.
 */
final class OneRequestDecoder extends HttpRequestDecoder {
    /**
     * The limit for a chunk's size, extensions included, and for a trailer. What arrives of a body
     * is passed on and not counted, but an incomplete line is held.
     */
    private static final int MAX_BODY_LINE_BYTES = 8 * 1024;

    /** A connection may keep a read buffer of this size for any number of bytes. */
    private static final int SMALL_BUFFER_BYTES = 8 * 1024;

    /** A larger one may have this many times the bytes that wait in it. */
    private static final int MAX_TIMES_WAITING = 4;

    private final HeadLimits limits;
    private final Predicate<String> handles;
    private final ClientConnection connection;
    private final HeaderLineScanner lines = new HeaderLineScanner();
    private final ChunkedBody chunks = new ChunkedBody();
    private @Nullable HttpMethod method;

    OneRequestDecoder(HeadLimits limits, Predicate<String> handles, ClientConnection connection) {
        super(limits.decoderConfig());
        this.limits = limits;
        this.handles = handles;
        this.connection = connection;
    }

    /** The method of the request whose response is due, if one was read. */
    @Nullable HttpMethod method() {
        return method;
    }

    void responseSent() {
        method = null;
    }

    /** Whether bytes of the next request are waiting. */
    boolean hasUndecodedRequest() {
        return !connection.isInBody() && actualReadableBytes() > 0;
    }

    /**
     * Receives bytes, or that the guard rejects what they are part of. Nothing that arrives after
     * that is read.
     */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!(message instanceof RejectedRequest)) {
            super.channelRead(ctx, message);
            return;
        }
        internalBuffer().skipBytes(actualReadableBytes());
        if (connection.reject()) {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        shrink(internalBuffer());
    }

    /**
     * Shrinks the buffer of what waits to be read. After large requests a read buffer has 64 KiB,
     * and one byte of the next request would keep all of it, while the budget counts what arrived.
     * The adaptive allocator, which the guards do not use, would keep it all the same. A buffer
     * with parts of a body that are still in use is left as it is.
     */
    private static void shrink(ByteBuf waiting) {
        int capacity = waiting.capacity();
        int needed = waiting.readableBytes();
        if (capacity > SMALL_BUFFER_BYTES
                && capacity / MAX_TIMES_WAITING > needed
                && waiting.refCnt() == 1) {
            waiting.discardReadBytes().capacity(needed);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        if (connection.isInBody()) {
            decodeBody(ctx, bytes, out);
        } else if (connection.isOver()
                || connection.reading() == Reading.COMPLETE_AND_FULL
                || !ctx.channel().isActive()) {
            bytes.skipBytes(bytes.readableBytes());
        } else if (connection.isIdle()) {
            decodeHead(ctx, bytes, out);
        }
    }

    private void decodeHead(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        boolean fresh = lines.bytesRead() == 0;
        if (fresh) {
            FullHttpRequest fast = FastRequestParser.read(bytes, handles);
            if (fast != null) {
                if (begin(fast)) {
                    out.add(fast);
                    complete(0, out);
                } else {
                    out.add(RejectedRequest.OVERLOAD);
                }
                return;
            }
        }
        if (!hasLineToRead(bytes)) {
            return;
        }
        boolean waits = fresh && !lines.isComplete() && FastRequestParser.mayContinue(bytes);
        if (lines.hasFoldedLine()) {
            var folded = (HttpRequest) createInvalidMessage();
            fail(folded, "a field line is folded", bytes);
            out.add(RejectedRequest.of(folded));
        } else if (!waits) {
            decodeByNetty(ctx, bytes, out);
        }
    }

    private void decodeBody(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        if (connection.reading() == Reading.CHUNKS && chunks.isInTrailers()) {
            connection.trailersBegin();
            lines.expectTrailers();
        }
        int before = bytes.readableBytes();
        boolean inTrailers = connection.reading() == Reading.TRAILERS;
        boolean readable =
                inTrailers
                        ? lines.scan(bytes) && !lines.hasFoldedLine()
                        : connection.reading() != Reading.CHUNKS || chunks.peek(bytes);
        if (readable) {
            decodeByNetty(ctx, bytes, out);
        }
        boolean tooLong = before > MAX_BODY_LINE_BYTES && bytes.readableBytes() == before;
        if (tooLong || (inTrailers && lines.hasFoldedLine())) {
            var end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            fail(end, "a line of the body is folded or too long", bytes);
            out.add(end);
            malformed(ctx);
        }
    }

    /** Netty has to read an incomplete line only to notice that it is too long. */
    private boolean hasLineToRead(ByteBuf bytes) {
        int most = lines.isInRequestLine() ? limits.requestLineBytes() : limits.headerBytes();
        return lines.scan(bytes) || lines.bytesRead() + bytes.readableBytes() > most;
    }

    private void decodeByNetty(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out)
            throws Exception {
        int before = out.size();
        int readable = bytes.readableBytes();
        super.decode(ctx, bytes, out);
        int read = readable - bytes.readableBytes();
        lines.read(read);
        chunks.read(read);
        int end = out.size();
        for (int i = before; i < end; i++) {
            var part = (HttpObject) out.get(i);
            RejectedRequest rejected = part instanceof HttpRequest head ? rejection(head) : null;
            if (rejected != null) {
                while (out.size() > i) {
                    ReferenceCountUtil.release(out.removeLast());
                }
                out.add(rejected);
                return;
            }
            if (part.decoderResult().isFailure()) {
                malformed(ctx);
            } else if (part instanceof LastHttpContent) {
                complete(bytes.readableBytes(), out);
            }
        }
    }

    private @Nullable RejectedRequest rejection(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            method = head.method();
            connection.over();
            return RejectedRequest.of(head);
        }
        return begin(head) ? null : RejectedRequest.OVERLOAD;
    }

    private boolean begin(HttpRequest head) {
        boolean fast = head instanceof FullHttpRequest;
        boolean chunked = !fast && HttpUtil.isTransferEncodingChunked(head);
        method = head.method();
        chunks.expect();
        return connection.asked(head.headers().size(), chunked, fast);
    }

    /**
     * @param waiting the number of bytes after the request
     */
    private void complete(int waiting, List<Object> out) {
        lines.expectMessage();
        if (!connection.askedAll(waiting) && connection.reject()) {
            out.add(RejectedRequest.OVERLOAD);
        }
    }

    /** A malformed body has no end, so nothing can follow it. */
    private void malformed(ChannelHandlerContext ctx) {
        connection.over();
        connection.endWithThisRequest();
        if (connection.hasAnsweredAll()) {
            connection.end();
            if (connection.isIdle()) {
                LingeringClose.begin(ctx.channel());
            }
        }
    }

    private void fail(HttpObject part, String why, ByteBuf bytes) {
        part.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
        bytes.skipBytes(bytes.readableBytes());
        connection.over();
    }

    /**
     * Called when a head is complete, before Netty finds out where the body ends. Netty reads
     * "gzip, chunked" as chunked, and "identity" as no body at all. The server behind may disagree
     * with either, and would take a body for the next request (RFC 9112 section 6.1).
     */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage head) {
        List<String> codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() > 1
                || (codings.size() == 1
                        && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst()))) {
            throw new IllegalArgumentException("Transfer-Encoding is not exactly chunked");
        }
        if (ConnectionHeader.hasTooManyWords(head.headers())) {
            throw new IllegalArgumentException("Connection has too many words");
        }
        return super.isContentAlwaysEmpty(head);
    }
}
