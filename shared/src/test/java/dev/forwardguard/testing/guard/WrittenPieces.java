package dev.forwardguard.testing.guard;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

import jakarta.inject.Singleton;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records in which pieces a guard hands its responses to the system, at the end of its pipeline.
 */
@Singleton
@Requires(property = WrittenPieces.PROPERTY)
public final class WrittenPieces
        implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {
    /** The property that enables it. */
    static final String PROPERTY = "test.written-pieces";

    private final List<List<Integer>> flushed = new CopyOnWriteArrayList<>();

    /** The sizes of the pieces of each flush that had any. */
    List<List<Integer>> flushed() {
        return List.copyOf(flushed);
    }

    void forget() {
        flushed.clear();
    }

    @Override
    public NettyServerCustomizer.Registry onCreated(
            BeanCreatedEvent<NettyServerCustomizer.Registry> event) {
        event.getBean().register(new OnListener());
        return event.getBean();
    }

    private final class OnListener implements NettyServerCustomizer {
        @Override
        public NettyServerCustomizer specializeForChannel(Channel specific, ChannelRole role) {
            if (role == ChannelRole.LISTENER) {
                specific.pipeline().addFirst(new OnBound());
            }
            return this;
        }
    }

    /** Comes to be in front of the guard's own handlers, in whatever order both were added. */
    private final class OnBound extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.pipeline().addFirst(new OnConnection());
            ctx.fireChannelActive();
        }
    }

    private final class OnConnection extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((Channel) message).pipeline().addFirst(new Recorder());
            ctx.fireChannelRead(message);
        }
    }

    private final class Recorder extends ChannelOutboundHandlerAdapter {
        private final List<Integer> pieces = new ArrayList<>();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                pieces.add(bytes.readableBytes());
            }
            ctx.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            if (!pieces.isEmpty()) {
                flushed.add(List.copyOf(pieces));
                pieces.clear();
            }
            ctx.flush();
        }
    }
}
