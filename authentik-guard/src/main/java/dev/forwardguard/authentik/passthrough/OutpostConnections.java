package dev.forwardguard.authentik.passthrough;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.client.netty.NettyClientCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;

import jakarta.inject.Singleton;

/**
 * Reads at most 32 KiB of a response at a time. Netty would read 1 MiB, sixteen buffers of 64 KiB,
 * and what was read stays in direct memory until the visitor receives it.
 */
@Singleton
final class OutpostConnections implements BeanCreatedEventListener<NettyClientCustomizer.Registry> {
    @Override
    public NettyClientCustomizer.Registry onCreated(
            BeanCreatedEvent<NettyClientCustomizer.Registry> event) {
        event.getBean().register(new SmallReads());
        return event.getBean();
    }

    static final class SmallReads implements NettyClientCustomizer {
        private static final int LEAST = 4 << 10;
        private static final int MOST = 32 << 10;

        @Override
        public NettyClientCustomizer specializeForBootstrap(Bootstrap bootstrap) {
            var buffers = new AdaptiveRecvByteBufAllocator(LEAST, LEAST, MOST);
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, buffers.maxMessagesPerRead(1));
            return this;
        }
    }
}
