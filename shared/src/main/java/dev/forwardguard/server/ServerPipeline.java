package dev.forwardguard.server;

import dev.forwardguard.forwardauth.Guard;
import dev.forwardguard.forwardauth.GuardProfile;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.channel.Channel;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

/**
 * Puts our codec in the place of Micronaut's, and our handlers around it, on each connection to the
 * main port; the management port is Micronaut's alone.
 */
@Singleton
final class ServerPipeline implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    private final BeanProvider<Guard> guard;
    private final BeanProvider<GuardProfile> profile;
    private final BeanProvider<DecisionWriter> writer;
    private final BeanProvider<LastResort> lastResort;
    private final BeanProvider<ClientConnections> connections;
    private final BeanProvider<NettyHttpServerConfiguration> limits;

    ServerPipeline(
            BeanProvider<Guard> guard,
            BeanProvider<GuardProfile> profile,
            BeanProvider<DecisionWriter> writer,
            BeanProvider<LastResort> lastResort,
            BeanProvider<ClientConnections> connections,
            BeanProvider<NettyHttpServerConfiguration> limits) {
        this.guard = guard;
        this.profile = profile;
        this.writer = writer;
        this.lastResort = lastResort;
        this.connections = connections;
        this.limits = limits;
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
            if (role == ChannelRole.LISTENER) {
                connections.get().listensAt(specific);
            }
            return new OnConnection(specific);
        }

        @Override
        public void onStreamPipelineBuilt() {
            if (channel == null || !connections.get().concern(channel)) {
                return;
            }
            ClientConnection connection = connections.get().admit(channel);
            channel.pipeline()
                    .replace(
                            ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                            ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                            new QuestionCodec(limits.get(), profile.get()::guards));
            channel.pipeline()
                    .addBefore(
                            ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                            "arriving-bytes",
                            new ArrivingBytes(connection))
                    .addBefore(
                            ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                            "answers-in-turn",
                            new AnswersInTurn(profile.get(), writer.get(), connection))
                    .addBefore(
                            ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                            "one-at-a-time",
                            new OneAtATime())
                    .addBefore(
                            ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND,
                            "questions",
                            new QuestionHandler(
                                    guard.get(),
                                    profile.get(),
                                    writer.get(),
                                    lastResort.get(),
                                    connection));
        }
    }
}
