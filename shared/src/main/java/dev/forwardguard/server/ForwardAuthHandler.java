package dev.forwardguard.server;

import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.GuardPolicy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

/**
 * Has Traefik's auth requests decided by the guard, whatever their method, and requests that could
 * not be read, which may be auth requests. Their bodies are read and dropped. All others go on.
 * Micronaut is not asked, because every request to every site passes through here: its routing,
 * filters and responses would cost more than all the rest. Receives one request at a time.
 */
final class ForwardAuthHandler extends ChannelInboundHandlerAdapter {
    private final Guard guard;
    private final Responder responder;
    private final UnexpectedFailureHandler unexpectedFailureHandler;
    private final ClientConnection connection;
    private boolean handling;

    ForwardAuthHandler(
            Guard guard,
            Responder responder,
            UnexpectedFailureHandler unexpectedFailureHandler,
            ClientConnection connection) {
        this.guard = guard;
        this.responder = responder;
        this.unexpectedFailureHandler = unexpectedFailureHandler;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof RejectedRequest why) {
            why.answer(ctx, connection, () -> responder.respond(decideWithoutRequest(why)));
        } else if (message instanceof HttpRequest head) {
            var request = AuthRequest.of(head, ctx.channel());
            GuardPolicy policy = guard.policy();
            handling = policy.handles(request.path());
            if (isLastRequest(head)) {
                connection.clientEndsWithThisRequest();
            }
            if (!handling) {
                ctx.fireChannelRead(LenientUriRequest.of(head));
                return;
            }
            ask(ctx, request, policy);
        } else if (handling) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private Decision decideWithoutRequest(RejectedRequest why) {
        return guard.policy().withoutRequest(why.reason(), why.status(), why.headers());
    }

    /**
     * Whether no further request can follow. This includes a client that waits for 100 Continue for
     * an auth request: the body that it may send could be mistaken for its next request (RFC 9110
     * section 10.1.1).
     */
    private boolean isLastRequest(HttpRequest head) {
        return !head.protocolVersion().isKeepAliveDefault()
                || !HttpUtil.isKeepAlive(head)
                || (handling && HttpUtil.is100ContinueExpected(head));
    }

    private void ask(ChannelHandlerContext ctx, AuthRequest request, GuardPolicy policy) {
        try {
            policy.decide(request)
                    .whenComplete((decision, bug) -> decided(ctx, request, policy, decision, bug));
        } catch (Throwable bug) {
            decided(ctx, request, policy, null, bug);
        }
    }

    private void decided(
            ChannelHandlerContext ctx,
            AuthRequest request,
            GuardPolicy policy,
            @Nullable Decision decision,
            @Nullable Throwable bug) {
        if (ctx.executor().inEventLoop()) {
            answer(ctx, request, policy, decision, bug);
        } else {
            ctx.executor().execute(() -> answer(ctx, request, policy, decision, bug));
        }
    }

    private void answer(
            ChannelHandlerContext ctx,
            AuthRequest request,
            GuardPolicy policy,
            @Nullable Decision decision,
            @Nullable Throwable bug) {
        try {
            ctx.write(response(request, policy, decision, bug));
            FlushBatcher.add(ctx);
        } catch (Throwable worse) {
            ctx.fireExceptionCaught(worse); // closes the connection, which allows nothing
        }
    }

    private FullHttpResponse response(
            AuthRequest request,
            GuardPolicy policy,
            @Nullable Decision decision,
            @Nullable Throwable bug) {
        Throwable failure = bug;
        if (decision != null) {
            try {
                return responder.respond(decision);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        return responder.respond(
                unexpectedFailureHandler.decide(policy, request.headers(), failure));
    }
}
