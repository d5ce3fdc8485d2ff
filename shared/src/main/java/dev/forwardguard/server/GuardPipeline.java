package dev.forwardguard.server;

import dev.forwardguard.guard.Guard;
import dev.forwardguard.http1.FastPath;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.core.util.SupplierUtil;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Replaces Micronaut's codec with the guard's, and adds the guard's handlers around it, on each
 * connection. Those to the management port get smaller limits and no auth requests.
 */
@Singleton
final class GuardPipeline implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    /**
     * Read buffers that start at 4 KiB, and then adapt to what arrives. Most heads, session cookie
     * included, fit into twice Netty's initial size. A head that arrives in two parts takes the
     * slow path.
     */
    private static final RecvByteBufAllocator WHOLE_HEADS =
            new AdaptiveRecvByteBufAllocator(512, 4096, 65_536);

    private static final RecvByteBufAllocator SMALL_HEADS =
            new AdaptiveRecvByteBufAllocator(512, 1024, 8192);

    private static final Logger LOG = LoggerFactory.getLogger(GuardPipeline.class);

    private final Supplier<Guard> guard;
    private final Supplier<Responder> responder;
    private final Supplier<UnexpectedFailureHandler> unexpectedFailureHandler;
    private final Supplier<ClientConnections> connections;
    private final Supplier<ManagementConnections> managementConnections;
    private final Supplier<NettyHttpServerConfiguration> limits;
    private final Supplier<Optional<OtherRequests>> others;

    GuardPipeline(
            BeanProvider<Guard> guard,
            BeanProvider<Responder> responder,
            BeanProvider<UnexpectedFailureHandler> unexpectedFailureHandler,
            BeanProvider<ClientConnections> connections,
            BeanProvider<ManagementConnections> managementConnections,
            BeanProvider<NettyHttpServerConfiguration> limits,
            BeanProvider<OtherRequests> others) {
        FastPath.check();
        if (!FastPath.isOn()) {
            LOG.info("The fast path is off: Netty parses all messages");
        }
        this.guard = SupplierUtil.memoized(guard::get);
        this.responder = SupplierUtil.memoized(responder::get);
        this.unexpectedFailureHandler = SupplierUtil.memoized(unexpectedFailureHandler::get);
        this.connections = SupplierUtil.memoized(connections::get);
        this.managementConnections = SupplierUtil.memoized(managementConnections::get);
        this.limits = SupplierUtil.memoized(limits::get);
        this.others =
                SupplierUtil.memoized(
                        () -> others.isPresent() ? Optional.of(others.get()) : Optional.empty());
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
                managementConnections.get().listensAt(specific);
            }
            return new OnConnection(specific);
        }

        @Override
        public void onStreamPipelineBuilt() {
            if (channel == null) {
                return;
            }
            // comes with Micronaut's HTTP client
            if (channel.pipeline().get(WebSocketServerExtensionHandler.class) != null) {
                channel.pipeline().remove(WebSocketServerExtensionHandler.class);
            }
            if (connections.get().isAtPort(channel)) {
                buildMain(channel);
            } else {
                buildManagement(channel);
            }
        }
    }

    private void buildMain(Channel channel) {
        channel.config().setRecvByteBufAllocator(WHOLE_HEADS);
        ClientConnection connection = connections.get().register(channel);
        addHandlers(
                channel.pipeline(),
                connection,
                new GuardServerCodec(
                        HeadLimits.of(limits.get()),
                        path -> guard.get().policy().handles(path),
                        connection),
                this::decideWithoutRequest);
        addBeforeMicronaut(
                channel.pipeline(),
                "forward-auth",
                new ForwardAuthHandler(
                        guard.get(), responder.get(), unexpectedFailureHandler.get(), connection));
        others.get()
                .ifPresent(
                        own ->
                                addBeforeMicronaut(
                                        channel.pipeline(),
                                        "own-requests",
                                        own.handlerFor(connection)));
        addBeforeMicronaut(
                channel.pipeline(),
                "other-requests",
                new OtherRequestHandler(path -> true, connection));
    }

    private FullHttpResponse decideWithoutRequest(RejectedRequest why) {
        return responder
                .get()
                .respond(
                        guard.get()
                                .policy()
                                .withoutRequest(why.reason(), why.status(), why.headers()));
    }

    private void buildManagement(Channel channel) {
        channel.config().setRecvByteBufAllocator(SMALL_HEADS);
        ClientConnection connection = managementConnections.get().register(channel);
        addHandlers(
                channel.pipeline(),
                connection,
                new GuardServerCodec(HeadLimits.MANAGEMENT, path -> false, connection),
                why -> OtherRequestHandler.response(HttpResponseStatus.valueOf(why.status())));
        addBeforeMicronaut(
                channel.pipeline(),
                "endpoints",
                new OtherRequestHandler(ManagementConnections::serves, connection));
        addBeforeMicronaut(
                channel.pipeline(),
                "endpoint-pace",
                new EndpointHandler(managementConnections.get().ticker()));
    }

    private static void addHandlers(
            ChannelPipeline pipeline,
            ClientConnection connection,
            GuardServerCodec codec,
            Function<RejectedRequest, FullHttpResponse> rejected) {
        pipeline.replace(
                ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                codec);
        pipeline.addBefore(
                ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC,
                "request-buffer-limiter",
                new RequestBufferLimiter(connection));
        addBeforeMicronaut(
                pipeline,
                "connection-lifecycle",
                new ConnectionLifecycleHandler(rejected, connection));
    }

    private static void addBeforeMicronaut(
            ChannelPipeline pipeline, String name, ChannelHandler handler) {
        pipeline.addBefore(ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND, name, handler);
    }
}
