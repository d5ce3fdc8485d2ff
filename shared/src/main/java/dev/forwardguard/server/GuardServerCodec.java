package dev.forwardguard.server;

import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.http1.FastRequestParser;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Predicate;

/**
 * Netty's HTTP codec with a {@linkplain FastRequestParser fast path} for usual auth requests, and
 * with one request at a time. A client may send further requests without waiting for the response
 * (pipelining, RFC 9112 section 9.3.2). They stay undecoded until the response before them has been
 * sent, so at most one request and one response of a connection exist, and no handler has to keep
 * an order.
 */
final class GuardServerCodec
        extends CombinedChannelDuplexHandler<OneRequestDecoder, HttpResponseEncoder> {
    private final OneRequestDecoder decoder;
    private final ClientConnection connection;

    /**
     * @param handles whether a path is one of an auth request
     */
    GuardServerCodec(HeadLimits limits, Predicate<String> handles, ClientConnection connection) {
        this.connection = connection;
        this.decoder = new OneRequestDecoder(limits, handles, connection);
        init(decoder, new Encoder());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
            throws Exception {
        if (message instanceof HttpResponse head) {
            connection.responds(isInterim(head));
            if (!isInterim(head) && connection.isLastAnswer()) {
                connection.end();
                head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
        }
        boolean last = message instanceof LastHttpContent && !connection.isInterim();
        if (last) {
            connection.answered();
        } else {
            connection.progresses();
        }
        super.write(
                ctx,
                message,
                last ? promise.unvoid().addListener(written -> sent(ctx, written)) : promise);
    }

    /** A client that reads is not silent, even if nothing more is to be written. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        connection.progresses();
        super.channelWritabilityChanged(ctx);
    }

    /** Closes the connection in a way that lets a client read the response while it sends. */
    private void sent(ChannelHandlerContext ctx, Future<?> written) {
        connection.flushed();
        decoder.responseSent();
        if (!written.isSuccess() || (connection.hasEnded() && connection.mayCloseAtOnce())) {
            ctx.close(); // after a failure the client would wait for the response for ever
        } else if (connection.hasEnded()) {
            ctx.channel().config().setAutoRead(true); // all is dropped until the client closes
            LingeringClose.begin(ctx.channel());
        } else if (connection.reading() == ClientConnection.Reading.COMPLETE_AND_FULL) {
            ctx.executor().execute(() -> receive(ctx, RejectedRequest.OVERLOAD));
        } else if (decoder.hasUndecodedRequest()) {
            // nothing else would trigger that if nothing more arrives
            ctx.executor().execute(() -> receive(ctx, Unpooled.EMPTY_BUFFER));
        }
    }

    private void receive(ChannelHandlerContext ctx, Object message) {
        if (ctx.isRemoved()) {
            return;
        }
        try {
            channelRead(ctx, message);
            channelReadComplete(ctx);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }

    private static boolean isInterim(HttpResponse response) {
        return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    private final class Encoder extends HttpResponseEncoder {
        /**
         * Puts head and body of a complete response into one buffer. Netty does so only if the body
         * happens to fit behind the head. A guard that is killed between two writes would leave
         * half a refusal, which Traefik passes on.
         */
        @Override
        protected void encode(ChannelHandlerContext ctx, Object message, List<Object> out)
                throws Exception {
            super.encode(ctx, message, out);
            if (message instanceof FullHttpResponse
                    && out.size() == 2
                    && out.getFirst() instanceof ByteBuf head
                    && out.getLast() instanceof ByteBuf body
                    && body.readableBytes() <= Relay.MAX_BODY_BYTES) {
                head.writeBytes(body);
                body.release();
                out.removeLast();
            }
        }

        /** A response to HEAD has no content (RFC 9110 section 9.3.2). */
        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            @Nullable HttpMethod method = isInterim(response) ? null : decoder.method();
            return HttpMethod.HEAD.equals(method) || super.isContentAlwaysEmpty(response);
        }
    }
}
