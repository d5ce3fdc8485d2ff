package dev.forwardguard.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Counts what a client sends before the codec reads it, and drops what there is no memory for: 200
 * half-read heads of 240 KiB would fill the heap before one of them is a complete request.
 */
final class RequestBufferLimiter extends ChannelInboundHandlerAdapter {
    private final ClientConnection connection;
    private boolean rejected;

    RequestBufferLimiter(ClientConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!rejected
                && message instanceof ByteBuf bytes
                && !connection.arrived(bytes.readableBytes())) {
            rejected = true;
            ctx.fireUserEventTriggered(RejectedRequest.OVERLOAD);
        }
        if (rejected) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
