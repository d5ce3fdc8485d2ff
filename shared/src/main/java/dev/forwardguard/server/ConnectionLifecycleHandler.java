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
 * Sees to it that every request gets an answer in its turn, and that a connection ends after an
 * answer that says so.
 *
 * <p>A request that the codec cannot read, for instance because of more than 256 KiB of headers, or
 * that there is no memory for, gets the guard's last resort instead of a dropped connection;
 * Traefik would make a 500 of that. The connection is closed in a way that lets a client read the
 * answer while it is still sending.
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
        // of a request that is being answered, the rest of the body is still wanted
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
        boolean heard = ctx.channel().isActive();
        if (!connection.hasAnsweredAll() || ending || !heard) {
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
