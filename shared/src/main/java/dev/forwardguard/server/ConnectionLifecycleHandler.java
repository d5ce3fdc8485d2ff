package dev.forwardguard.server;

import dev.forwardguard.guard.GuardProfile;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

/**
 * Ensures that every request is answered in its turn, and that a connection ends after a response
 * that announces its end.
 *
 * <p>Some requests cannot be read by the codec, for instance because of more than 256 KiB of
 * headers, and for others there is no memory. They get the guard's {@linkplain
 * GuardProfile#withoutRequest decision without a request} instead of a dropped connection, which
 * Traefik would turn into a 500. The connection is closed in a way that lets a client read the
 * response while it is still sending.
 */
final class ConnectionLifecycleHandler extends ChannelDuplexHandler {
    private final GuardProfile profile;
    private final Responder responder;
    private final ClientConnection connection;
    private boolean interim;
    private @Nullable RejectedRequest rejection;
    private boolean ending;
    private boolean discarding;

    ConnectionLifecycleHandler(
            GuardProfile profile, Responder responder, ClientConnection connection) {
        this.profile = profile;
        this.responder = responder;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // the rest of the body of a request that is being answered is still needed
        discarding |= rejection != null || (ending && message instanceof HttpRequest);
        if (discarding) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request && request.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            reject(
                    ctx,
                    RejectedRequest.unreadable(
                            statusFor(request.decoderResult().cause()), request.headers()));
        } else {
            if (message instanceof HttpRequest) {
                connection.asked();
            }
            if (message instanceof LastHttpContent) {
                connection.askedAll();
            }
            ctx.fireChannelRead(message);
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
        if (rejection == null && !ending) {
            rejection = why;
            rejectInTurn(ctx, why);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!interim && rejection == null && connection.isLastAnswer()) {
                ending = true;
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
        if (ending && connection.hasAnsweredAll()) {
            if (connection.mayCloseAtOnce()) {
                ctx.close();
            } else {
                LingeringClose.begin(ctx.channel());
            }
        }
    }

    private void rejectInTurn(ChannelHandlerContext ctx, RejectedRequest why) {
        boolean active = ctx.channel().isActive();
        if (!connection.hasAnsweredAll() || ending || !active) {
            return;
        }
        ending = true;
        FullHttpResponse response =
                responder.respond(
                        profile.withoutRequest(why.reason(), why.status(), why.headers()));
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
