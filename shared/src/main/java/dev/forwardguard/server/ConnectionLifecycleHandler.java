package dev.forwardguard.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;

/**
 * Ensures that every request is answered in its turn, and that a connection ends after a response
 * that announces its end.
 *
 * <p>Some requests cannot be read by the codec, for instance because of more than 256 KiB of
 * headers, and for others there is no memory. They get a response instead of a dropped connection,
 * which Traefik would turn into a 500. The connection is closed in a way that lets a client read
 * the response while it is still sending.
 */
final class ConnectionLifecycleHandler extends ChannelDuplexHandler {
    private final Function<RejectedRequest, FullHttpResponse> rejected;
    private final ClientConnection connection;
    private boolean interim;
    private @Nullable RejectedRequest rejection;

    /**
     * @param rejected makes the response to a rejected request
     */
    ConnectionLifecycleHandler(
            Function<RejectedRequest, FullHttpResponse> rejected, ClientConnection connection) {
        this.rejected = rejected;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (rejection != null) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request && request.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            reject(ctx, rejectionOf(request));
        } else {
            if (message instanceof HttpContent part && part.decoderResult().isFailure()) {
                endAfterResponse(ctx);
            }
            ctx.fireChannelRead(message);
        }
    }

    private static RejectedRequest rejectionOf(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        return cause instanceof NoMemoryException
                ? RejectedRequest.OVERLOAD
                : RejectedRequest.unreadable(statusFor(cause), request.headers());
    }

    /** A malformed body has no end, so nothing can follow it. */
    private void endAfterResponse(ChannelHandlerContext ctx) {
        connection.endWithThisRequest();
        if (connection.hasAnsweredAll()) {
            connection.end();
            if (connection.isIdle()) {
                LingeringClose.begin(ctx.channel());
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof RejectedRequest why) {
            reject(ctx, why);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void reject(ChannelHandlerContext ctx, RejectedRequest why) {
        if (rejection == null && !connection.hasEnded()) {
            rejection = why;
            rejectInTurn(ctx, why);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!interim && rejection == null && connection.isLastAnswer()) {
                connection.end();
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
        }
        boolean last = message instanceof LastHttpContent && !interim;
        if (!last) {
            ctx.write(message, promise);
            return;
        }
        connection.answered();
        ctx.write(message, promise.unvoid().addListener(written -> flushed(ctx)));
        if (rejection != null) {
            rejectInTurn(ctx, rejection);
        }
    }

    private void flushed(ChannelHandlerContext ctx) {
        connection.flushed();
        if (connection.hasEnded() && connection.hasAnsweredAll()) {
            if (connection.mayCloseAtOnce()) {
                ctx.close();
            } else {
                LingeringClose.begin(ctx.channel());
            }
        }
    }

    private void rejectInTurn(ChannelHandlerContext ctx, RejectedRequest why) {
        boolean active = ctx.channel().isActive();
        if (!connection.hasAnsweredAll() || connection.hasEnded() || !active) {
            return;
        }
        connection.end();
        FullHttpResponse response = rejected.apply(why);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.channel().config().setAutoRead(true);
        ctx.writeAndFlush(response).addListener(written -> LingeringClose.begin(ctx.channel()));
    }

    private static int statusFor(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return 414;
        }
        return cause instanceof TooLongFrameException ? 431 : 400;
    }
}
