package dev.forwardguard.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Lets in no more connections than so many at once; the others wait in the system's backlog until
 * one has gone. Making room for a newcomer takes a moment, and a flood would fill the heap
 * meanwhile. Stands in the pipeline of a listener.
 */
final class ConnectionLimiter extends ChannelInboundHandlerAdapter {
    private final int most;
    private final Predicate<Channel> concerned;
    private final AtomicInteger inside = new AtomicInteger();

    /**
     * @param concerned whether connections to this listener count
     */
    ConnectionLimiter(int most, Predicate<Channel> concerned) {
        this.most = most;
        this.concerned = concerned;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel connection && concerned.test(ctx.channel())) {
            enters(ctx.channel(), connection);
        }
        ctx.fireChannelRead(message);
    }

    private void enters(Channel listener, Channel connection) {
        if (inside.incrementAndGet() >= most) {
            listener.config().setAutoRead(false);
            if (inside.get() < most) {
                listener.config().setAutoRead(true); // who left just now did not see it closed
            }
        }
        connection.closeFuture().addListener(left -> leaves(listener));
    }

    private void leaves(Channel listener) {
        inside.decrementAndGet();
        if (!listener.config().isAutoRead()) {
            listener.config().setAutoRead(true);
        }
    }
}
