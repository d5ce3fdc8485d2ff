package dev.forwardguard.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;

import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sets up each connection to the main port, in the pipeline of the listener that accepted it.
 * Micronaut never sees these connections: no request is for it, and its handlers and timers are a
 * tenth of the CPU time of a connection with one request. Those to the management port go on to it.
 */
final class MainPortAcceptor extends ChannelInboundHandlerAdapter {
    private final Predicate<Channel> isMain;
    private final EventLoopGroup loops;
    private final ChannelHandler setUp;

    /**
     * @param isMain whether a listener is the one of the main port
     * @param loops one of them gets the connection
     * @param setUp adds the handlers, on the event loop of the connection
     */
    MainPortAcceptor(Predicate<Channel> isMain, EventLoopGroup loops, Consumer<Channel> setUp) {
        this.isMain = isMain;
        this.loops = loops;
        this.setUp =
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        setUp.accept(connection);
                    }
                };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Channel connection && isMain.test(ctx.channel())) {
            connection.pipeline().addLast(setUp);
            loops.register(connection)
                    .addListener(
                            registered -> {
                                if (!registered.isSuccess()) {
                                    connection.unsafe().closeForcibly();
                                }
                            });
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
