package dev.forwardguard.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;

import java.nio.charset.StandardCharsets;

/**
 * Answers {@code /healthz}, the simplest sign of life, on the port of the guard itself. It depends
 * on nothing. Receives no other requests.
 */
@Sharable
final class HealthzHandler extends ChannelInboundHandlerAdapter {
    static final String PATH = "/healthz";

    private static final byte[] OK = "ok\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest head) {
            boolean reads =
                    head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD);
            ctx.writeAndFlush(reads ? ok() : notAllowed());
        }
        ReferenceCountUtil.release(message);
    }

    private static FullHttpResponse ok() {
        FullHttpResponse response =
                OtherRequestHandler.response(HttpResponseStatus.OK)
                        .replace(Unpooled.wrappedBuffer(OK));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
                .set(HttpHeaderNames.CONTENT_LENGTH, OK.length);
        return response;
    }

    private static FullHttpResponse notAllowed() {
        FullHttpResponse response =
                OtherRequestHandler.response(HttpResponseStatus.METHOD_NOT_ALLOWED);
        response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        return response;
    }
}
