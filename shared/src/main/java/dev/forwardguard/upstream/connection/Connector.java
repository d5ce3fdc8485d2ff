package dev.forwardguard.upstream.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;

import java.net.InetSocketAddress;
import java.time.Duration;

/** Opens TCP connections to the upstream. */
public final class Connector {
    private static final int LEAST_READ = 4 << 10;
    private static final int MOST_READ = 32 << 10;
    private static final int STREAM_RECEIVE_BUFFER = 64 << 10;

    private final Bootstrap bootstrap =
            new Bootstrap()
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    // the other handlers are added once it is connected
                                    channel.pipeline().addLast(new UnconnectedErrors());
                                }
                            });

    /**
     * A connector for streamed messages, which reads at most 32 KiB at a time. The system's receive
     * buffer is limited, too: when the upstream closes a connection, Netty reads all that is left
     * in that buffer at once, whether the visitor takes it or not.
     */
    public static Connector forStreams() {
        var connector = new Connector();
        var buffers = new AdaptiveRecvByteBufAllocator(LEAST_READ, LEAST_READ, MOST_READ);
        connector
                .bootstrap
                .option(ChannelOption.RECVBUF_ALLOCATOR, buffers.maxMessagesPerRead(1))
                .option(ChannelOption.SO_RCVBUF, STREAM_RECEIVE_BUFFER);
        return connector;
    }

    ChannelFuture connect(EventLoop loop, InetSocketAddress address, Duration timeout) {
        return bootstrap
                .clone(loop)
                .channelFactory(hasEpoll(loop) ? EpollSocketChannel::new : NioUpstreamChannel::new)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .connect(address);
    }

    private static boolean hasEpoll(EventLoop loop) {
        return loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
    }

    /**
     * Drops what is reported before the channel is connected, which Netty would log. A busy event
     * loop polls epoll between registering a socket and connecting it. Linux then reports a hang-up
     * on it, and Netty reads from it and fails. The connection attempt itself is not affected.
     */
    private static final class UnconnectedErrors extends ChannelInboundHandlerAdapter {
        @Override
        @SuppressWarnings("ReferenceEquality")
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            boolean unconnected = ctx.pipeline().lastContext() == ctx;
            if (!unconnected) {
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
