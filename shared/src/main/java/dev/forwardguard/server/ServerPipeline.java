package dev.forwardguard.server;

import dev.forwardguard.forwardauth.GuardProfile;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

/** Puts our handler between Micronaut's codec and Micronaut's own handler, on each connection. */
@Singleton
final class ServerPipeline implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    private final BeanProvider<GuardProfile> profile;
    private final BeanProvider<DecisionWriter> writer;

    ServerPipeline(BeanProvider<GuardProfile> profile, BeanProvider<DecisionWriter> writer) {
        this.profile = profile;
        this.writer = writer;
    }

    @Override
    public NettyServerCustomizer.Registry onCreated(
            BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
        event.getBean().register(new OnConnection(null));
        return event.getBean();
    }

    private final class OnConnection implements NettyServerCustomizer {
        private final @Nullable Channel channel;

        private OnConnection(@Nullable Channel channel) {
            this.channel = channel;
        }

        @Override
        public NettyServerCustomizer specializeForChannel(Channel specific, ChannelRole role) {
            return new OnConnection(specific);
        }

        @Override
        public void onStreamPipelineBuilt() {
            if (channel != null) {
                channel.pipeline()
                        .addBefore(
                                ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                                "unreadable-request",
                                new UnreadableRequestHandler(profile.get(), writer.get()));
            }
        }
    }
}
