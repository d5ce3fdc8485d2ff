package dev.forwardguard.testing.guard;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

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
                channel.pipeline().addFirst(new Recorder());
            }
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
