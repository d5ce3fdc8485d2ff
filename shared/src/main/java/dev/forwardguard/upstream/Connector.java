package dev.forwardguard.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;

import java.net.InetSocketAddress;
import java.time.Duration;

/** Opens TCP connections to the upstream. */
final class Connector {
    private final Bootstrap bootstrap =
            new Bootstrap()
                    .channelFactory(UpstreamChannel::new)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(
                            new ChannelInitializer<Channel>() {
                                @Override
                                protected void initChannel(Channel channel) {
                                    // the handlers come with the question, see UpstreamConnection
                                }
                            });

    ChannelFuture connect(EventLoop loop, InetSocketAddress address, Duration timeout) {
        return bootstrap
                .clone(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .connect(address);
    }
}
