package dev.forwardguard.server;

import static io.micronaut.http.netty.channel.ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC;
import static io.micronaut.http.netty.channel.ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND;

import dev.forwardguard.guard.Guard;

import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.util.function.Predicate;

/**
 * The handlers of each connection in their order: the guard's codec instead of Micronaut's, and
 * around it what an auth request passes through. The management port has smaller limits and no auth
 * requests.
 */
@Singleton
final class GuardHandlers {
    /**
     * Read buffers that start at 4 KiB, and then adapt to what arrives. Most heads, session cookie
     * included, fit into twice Netty's initial size. A head that arrives in two parts takes the
     * slow path.
     */
    private static final RecvByteBufAllocator WHOLE_HEADS =
            new AdaptiveRecvByteBufAllocator(512, 4096, 65_536);

    private static final RecvByteBufAllocator SMALL_HEADS =
            new AdaptiveRecvByteBufAllocator(512, 1024, 8192);

    private final Guard guard;
    private final Responder responder;
    private final UnexpectedFailureHandler unexpectedFailureHandler;
    private final ClientConnections connections;
    private final ManagementConnections managementConnections;
    private final HeadLimits limits;
    private final @Nullable OtherRequests others;

    GuardHandlers(
            Guard guard,
            Responder responder,
            UnexpectedFailureHandler unexpectedFailureHandler,
            ClientConnections connections,
            ManagementConnections managementConnections,
            NettyHttpServerConfiguration server,
            @Nullable OtherRequests others) {
        this.guard = guard;
        this.responder = responder;
        this.unexpectedFailureHandler = unexpectedFailureHandler;
        this.connections = connections;
        this.managementConnections = managementConnections;
        this.limits = HeadLimits.of(server);
        this.others = others;
    }

    /** Sets up a listener that is not bound to its port yet. */
    void listensAt(Channel listener) {
        connections.listensAt(listener);
        managementConnections.listensAt(listener);
    }

    void addTo(Channel channel) {
        // comes with Micronaut's HTTP client
        if (channel.pipeline().get(WebSocketServerExtensionHandler.class) != null) {
            channel.pipeline().remove(WebSocketServerExtensionHandler.class);
        }
        if (connections.isAtPort(channel)) {
            addToMain(channel);
        } else {
            addToManagement(channel);
        }
    }

    private void addToMain(Channel channel) {
        channel.config().setRecvByteBufAllocator(WHOLE_HEADS);
        ClientConnection connection = connections.register(channel, false);
        Predicate<String> handled = path -> guard.policy().handles(path);
        ChannelPipeline pipeline = channel.pipeline();
        addCodec(pipeline, limits, handled, connection);
        addLast(
                pipeline,
                new ForwardAuthHandler(guard, responder, unexpectedFailureHandler, connection));
        if (others != null) {
            addLast(pipeline, others.handlerFor(connection));
        }
        addLast(pipeline, new OtherRequestHandler(path -> true, connection));
    }

    private void addToManagement(Channel channel) {
        channel.config().setRecvByteBufAllocator(SMALL_HEADS);
        ClientConnection connection = managementConnections.register(channel);
        ChannelPipeline pipeline = channel.pipeline();
        addCodec(pipeline, HeadLimits.MANAGEMENT, path -> false, connection);
        addLast(pipeline, new OtherRequestHandler(ManagementConnections::serves, connection));
        addLast(pipeline, new EndpointHandler(managementConnections.ticker()));
    }

    private static void addCodec(
            ChannelPipeline pipeline,
            HeadLimits limits,
            Predicate<String> handled,
            ClientConnection connection) {
        pipeline.replace(
                HANDLER_HTTP_SERVER_CODEC,
                HANDLER_HTTP_SERVER_CODEC,
                new GuardServerCodec(limits, handled, connection));
        pipeline.addBefore(HANDLER_HTTP_SERVER_CODEC, null, new RequestBufferLimiter(connection));
    }

    /** Adds a handler that sees messages before Micronaut, and after those added before it. */
    private static void addLast(ChannelPipeline pipeline, ChannelHandler handler) {
        pipeline.addBefore(HANDLER_MICRONAUT_INBOUND, null, handler);
    }
}
