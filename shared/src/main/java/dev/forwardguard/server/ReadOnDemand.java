package dev.forwardguard.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The end of the pipeline of a connection to the main port. Asks for more bytes when those that
 * arrived were read, unless a handler before it holds that back, which Netty's auto-read would not
 * allow. Closes the connection after a failure that no handler before it has handled.
 */
final class ReadOnDemand extends ChannelInboundHandlerAdapter {
    private final UnexpectedFailureHandler failures;

    ReadOnDemand(UnexpectedFailureHandler failures) {
        this.failures = failures;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(false);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.read();
    }

    /** A client that resets the connection is nothing to log. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Netty wraps what epoll says of a connection that ends in this moment
        if (!(cause instanceof IOException || cause instanceof UncheckedIOException)) {
            failures.log(cause);
        }
        ctx.close();
    }
}
