package dev.forwardguard.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Counts what a client sends before the codec reads it, and drops what there is no memory for: 200
 * half-read heads of 240 KiB would fill the heap before one of them is a complete request. Of a
 * client that sends further requests without waiting for the response, it reads a limited number of
 * bytes ahead. Up to there it notices when the client hangs up.
 */
final class RequestBufferLimiter extends ChannelDuplexHandler {
    private final ClientConnection connection;

    RequestBufferLimiter(ClientConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && !connection.arrived(bytes.readableBytes())) {
            bytes.release();
            ctx.fireChannelRead(RejectedRequest.OVERLOAD);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /** Whoever wants to read asks again when the response was sent. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!connection.hasEnoughWaiting()) {
            ctx.read();
        }
    }
}
