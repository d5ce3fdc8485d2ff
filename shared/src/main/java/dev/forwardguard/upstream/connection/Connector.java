package dev.forwardguard.upstream.connection;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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
    private final Bootstrap bootstrap =
            new Bootstrap()
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    // UpstreamConnection adds the handlers once the channel is
                                    // connected
                                }
                            });

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
}
