package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;

/**
 * Hands the requests to the management port on to Micronaut, {@linkplain EndpointPacer at a limited
 * pace} and without their bodies, which no endpoint reads.
 */
final class EndpointHandler extends ChannelInboundHandlerAdapter {
    private final Ticker ticker;

    EndpointHandler(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            HttpRequest request = withoutBody(head);
            EndpointPacer.ofThisLoop()
                    .serve(
                            () -> serve(ctx, request),
                            head.uri().startsWith("/health"),
                            ctx.executor(),
                            ticker);
        }
        ReferenceCountUtil.release(message);
    }

    private static HttpRequest withoutBody(HttpRequest head) {
        HttpHeaders headers = head.headers();
        headers.remove(HttpHeaderNames.CONTENT_LENGTH)
                .remove(HttpHeaderNames.TRANSFER_ENCODING)
                .remove(HttpHeaderNames.CONTENT_ENCODING)
                .remove(HttpHeaderNames.EXPECT);
        return new DefaultFullHttpRequest(
                head.protocolVersion(),
                head.method(),
                head.uri(),
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    /** A client that has left in the meantime costs nothing. */
    private static void serve(ChannelHandlerContext ctx, HttpRequest request) {
        if (ctx.channel().isActive()) {
            ctx.fireChannelRead(request);
            ctx.fireChannelReadComplete();
        }
    }
}
