package dev.forwardguard.server;

import dev.forwardguard.guard.AuthRequest;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * Decides which requests that are no auth requests reach the handler behind it: Micronaut, on the
 * management port.
 *
 * <p>CONNECT does not, because a connection to an upstream that has seen it is no longer one for
 * HTTP. TRACE does not, because its response repeats the visitor's cookies (RFC 9110 section
 * 9.3.8). A body that turns out to be malformed must not look complete there: the connection is
 * closed, as if the client had left in the middle of it.
 */
final class OtherRequestHandler extends ChannelInboundHandlerAdapter {
    private static final String OTHER_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private final Predicate<String> served;
    private final ClientConnection connection;
    private boolean dropping;

    /**
     * @param served whether there may be something at a path; if not, the response is 404
     */
    OtherRequestHandler(Predicate<String> served, ClientConnection connection) {
        this.served = served;
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof RejectedRequest why) {
            var status = HttpResponseStatus.valueOf(why.status());
            why.answer(ctx, connection, () -> response(status));
        } else if (message instanceof HttpRequest head) {
            HttpResponseStatus refusal = refusal(head, ctx);
            dropping = refusal != null;
            if (mayBeFollowedByAnything(head)) {
                connection.endWithThisRequest();
            }
            if (refusal == null) {
                ctx.fireChannelRead(LenientUriRequest.of(head));
                return;
            }
            ctx.writeAndFlush(response(refusal));
            ReferenceCountUtil.release(message);
        } else if (dropping) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpContent part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            closeUnlessAnswered(ctx);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /**
     * Whether what follows cannot be told for a request: after CONNECT, and if the client waits for
     * 100 Continue, whose body it may send or not (RFC 9110 section 10.1.1).
     */
    private static boolean mayBeFollowedByAnything(HttpRequest head) {
        return OtherRequests.isNeverServed(head.method()) || HttpUtil.is100ContinueExpected(head);
    }

    private @Nullable HttpResponseStatus refusal(HttpRequest head, ChannelHandlerContext ctx) {
        // methods are case-sensitive, but not everybody knows
        return switch (head.method().name().toUpperCase(Locale.ROOT)) {
            case "CONNECT" -> HttpResponseStatus.NOT_IMPLEMENTED;
            case "TRACE" -> HttpResponseStatus.METHOD_NOT_ALLOWED;
            default ->
                    served.test(AuthRequest.of(head, ctx.channel()).path())
                            ? null
                            : HttpResponseStatus.NOT_FOUND;
        };
    }

    /** A response that is complete is still sent. */
    private void closeUnlessAnswered(ChannelHandlerContext ctx) {
        if (!connection.hasAnsweredAll()) {
            ctx.close();
        }
    }

    /** Returns a response without a page: no visitor follows a link to here. */
    static FullHttpResponse response(HttpResponseStatus status) {
        var response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, OTHER_METHODS);
        }
        return response;
    }
}
