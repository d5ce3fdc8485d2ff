package dev.forwardguard.server;

import static io.micronaut.http.netty.channel.ChannelPipelineCustomizer.HANDLER_HTTP_SERVER_CODEC;
import static io.micronaut.http.netty.channel.ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND;

import dev.forwardguard.guard.Guard;

import io.micronaut.http.server.netty.configuration.NettyHttpServerConfiguration;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;

import jakarta.inject.Singleton;

import java.util.List;

/**
 * The handlers of each connection in their order. Those of the main port are all the guard's own.
 * On the management port the guard's codec takes the place of Micronaut's, with smaller limits and
 * no auth requests, and Micronaut answers.
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
    private final ConnectionSweep sweep;
    private final HeadLimits limits;
    private final EventLoopGroup loops;
    private final List<OtherRequests> others;
    private final HealthzHandler healthz = new HealthzHandler();

    GuardHandlers(
            Guard guard,
            Responder responder,
            UnexpectedFailureHandler unexpectedFailureHandler,
            ClientConnections connections,
            ManagementConnections managementConnections,
            ConnectionSweep sweep,
            NettyHttpServerConfiguration server,
            EventLoopGroup loops,
            List<OtherRequests> others) {
        this.guard = guard;
        this.responder = responder;
        this.unexpectedFailureHandler = unexpectedFailureHandler;
        this.connections = connections;
        this.managementConnections = managementConnections;
        this.sweep = sweep;
        this.limits = HeadLimits.of(server);
        this.loops = loops;
        this.others = others;
    }

    /** Sets up a listener that is not bound to its port yet. */
    void listensAt(Channel listener) {
        listener.pipeline()
                .addFirst(new MainPortAcceptor(connections::isAtPort, loops, this::addToMain));
        connections.listensAt(listener);
        managementConnections.listensAt(listener);
    }

    /** Adds the handlers of a connection to the management port to those of Micronaut. */
    void addToManagement(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        // comes with Micronaut's HTTP client
        if (pipeline.get(WebSocketServerExtensionHandler.class) != null) {
            pipeline.remove(WebSocketServerExtensionHandler.class);
        }
        channel.config().setRecvByteBufAllocator(SMALL_HEADS);
        ClientConnection connection = managementConnections.register(channel);
        sweep.opened();
        pipeline.replace(
                HANDLER_HTTP_SERVER_CODEC,
                HANDLER_HTTP_SERVER_CODEC,
                new GuardServerCodec(HeadLimits.MANAGEMENT, path -> false, connection));
        pipeline.addBefore(HANDLER_HTTP_SERVER_CODEC, null, new RequestBufferLimiter(connection));
        addBeforeMicronaut(
                pipeline, new OtherRequestHandler(ManagementConnections::serves, connection));
        addBeforeMicronaut(pipeline, new EndpointHandler(managementConnections.ticker()));
    }

    /** Adds a handler that sees messages before Micronaut, and after those added before it. */
    private static void addBeforeMicronaut(ChannelPipeline pipeline, ChannelHandler handler) {
        pipeline.addBefore(HANDLER_MICRONAUT_INBOUND, null, handler);
    }

    private void addToMain(Channel channel) {
        channel.config().setRecvByteBufAllocator(WHOLE_HEADS);
        ClientConnection connection = connections.register(channel, false);
        sweep.opened();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new RequestBufferLimiter(connection));
        pipeline.addLast(
                new GuardServerCodec(limits, path -> guard.policy().handles(path), connection));
        pipeline.addLast(
                new ForwardAuthHandler(guard, responder, unexpectedFailureHandler, connection));
        for (OtherRequests each : others) {
            pipeline.addLast(each.handlerFor(connection));
        }
        pipeline.addLast(new OtherRequestHandler(HealthzHandler.PATH::equals, connection));
        pipeline.addLast(healthz);
        pipeline.addLast(new ReadOnDemand(unexpectedFailureHandler));
    }
}
