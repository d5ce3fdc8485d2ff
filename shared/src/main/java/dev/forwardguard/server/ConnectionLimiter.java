package dev.forwardguard.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Limits the number of open connections. Further connections wait in the system's backlog until one
 * is closed. Closing an idle connection to make room for a new one takes a moment; without this
 * limit a flood would fill the heap in the meantime. Sits in the pipeline of a listener.
 */
final class ConnectionLimiter extends ChannelInboundHandlerAdapter {
    private final int limit;
    private final Predicate<Channel> counts;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param counts whether connections to this listener count
     */
    ConnectionLimiter(int limit, Predicate<Channel> counts) {
        this.limit = limit;
        this.counts = counts;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel connection && counts.test(ctx.channel())) {
            opened(ctx.channel(), connection);
        }
        ctx.fireChannelRead(message);
    }

    private void opened(Channel listener, Channel connection) {
        if (open.incrementAndGet() >= limit) {
            listener.config().setAutoRead(false);
            if (open.get() < limit) {
                listener.config().setAutoRead(true); // a connection closed before auto-read was off
            }
        }
        connection.closeFuture().addListener(ended -> closed(listener));
    }

    private void closed(Channel listener) {
        open.decrementAndGet();
        if (!listener.config().isAutoRead()) {
            listener.config().setAutoRead(true);
        }
    }
}
