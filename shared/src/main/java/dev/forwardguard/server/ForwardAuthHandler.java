package dev.forwardguard.server;

import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.GuardProfile;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

/**
 * Has Traefik's auth requests decided by the guard, whatever their method. Their bodies are read
 * and dropped. All other requests go on. Auth requests do not reach Micronaut, because every
 * request to every site passes through here: Micronaut's routing, filters and responses would cost
 * more than all the rest. Receives one request at a time.
 */
final class ForwardAuthHandler extends ChannelInboundHandlerAdapter {
    private final Guard guard;
    private final GuardProfile profile;
    private final Responder responder;
    private final UnexpectedFailureHandler unexpectedFailureHandler;
    private final ClientConnection connection;
    private boolean handling;

    ForwardAuthHandler(
            Guard guard,
            GuardProfile profile,
            Responder responder,
            UnexpectedFailureHandler unexpectedFailureHandler,
            ClientConnection connection) {
        this.guard = guard;
        this.profile = profile;
        this.responder = responder;
        this.unexpectedFailureHandler = unexpectedFailureHandler;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            var request = AuthRequest.of(head, ctx.channel());
            handling = profile.handles(request.path());
            if (!handling) {
                ctx.fireChannelRead(LenientUriRequest.of(head));
                return;
            }
            if (isLastRequest(head)) {
                connection.clientEndsWithThisRequest();
            }
            ask(ctx, request);
        } else if (handling) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /**
     * Whether no further request can follow. This includes a client that waits for 100 Continue:
     * the body that it may send could be mistaken for its next request (RFC 9110 section 10.1.1).
     */
    private static boolean isLastRequest(HttpRequest head) {
        return !head.protocolVersion().isKeepAliveDefault()
                || !HttpUtil.isKeepAlive(head)
                || HttpUtil.is100ContinueExpected(head);
    }

    private void ask(ChannelHandlerContext ctx, AuthRequest request) {
        try {
            guard.decide(request)
                    .whenComplete((decision, bug) -> decided(ctx, request, decision, bug));
        } catch (Throwable bug) {
            decided(ctx, request, null, bug);
        }
    }

    private void decided(
            ChannelHandlerContext ctx,
            AuthRequest request,
            @Nullable Decision decision,
            @Nullable Throwable bug) {
        if (ctx.executor().inEventLoop()) {
            answer(ctx, request, decision, bug);
        } else {
            ctx.executor().execute(() -> answer(ctx, request, decision, bug));
        }
    }

    private void answer(
            ChannelHandlerContext ctx,
            AuthRequest request,
            @Nullable Decision decision,
            @Nullable Throwable bug) {
        try {
            ctx.write(response(request, decision, bug));
            FlushBatcher.add(ctx);
        } catch (Throwable worse) {
            ctx.fireExceptionCaught(worse); // closes the connection, which allows nothing
        }
    }

    private FullHttpResponse response(
            AuthRequest request, @Nullable Decision decision, @Nullable Throwable bug) {
        Throwable failure = bug;
        if (decision != null) {
            try {
                return responder.respond(decision);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        return responder.respond(unexpectedFailureHandler.decide(request.headers(), failure));
    }
}
