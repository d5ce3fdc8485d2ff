package dev.forwardguard.server;

import dev.forwardguard.http1.FastPath;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.core.util.SupplierUtil;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Supplier;

/** Has Micronaut's server add the {@link GuardHandlers} to each connection. */
@Singleton
final class GuardPipeline implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    private static final Logger LOG = LoggerFactory.getLogger(GuardPipeline.class);

    /** Micronaut creates this before it has what the handlers need. */
    private final Supplier<GuardHandlers> handlers;

    GuardPipeline(BeanProvider<GuardHandlers> handlers) {
        FastPath.check();
        if (!FastPath.isOn()) {
            LOG.info("The fast path is off: Netty parses all messages");
        }
        this.handlers = SupplierUtil.memoized(handlers::get);
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
                handlers.get().listensAt(specific);
            }
            return new OnConnection(specific);
        }

        @Override
        public void onStreamPipelineBuilt() {
            if (channel != null) {
                handlers.get().addToManagement(channel);
            }
        }
    }
}
