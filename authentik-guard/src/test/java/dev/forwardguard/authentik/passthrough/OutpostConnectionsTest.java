package dev.forwardguard.authentik.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.authentik.passthrough.OutpostConnections.SmallReads;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

final class OutpostConnectionsTest {
    @Test
    void readsOneSmallBufferAtATime() {
        var bootstrap = new Bootstrap();
        new SmallReads().specializeForBootstrap(bootstrap);
        var option =
                requireNonNull(bootstrap.config().options().get(ChannelOption.RECVBUF_ALLOCATOR));
        RecvByteBufAllocator.ExtendedHandle reading =
                (RecvByteBufAllocator.ExtendedHandle) ((RecvByteBufAllocator) option).newHandle();
        var channel = new EmbeddedChannel();

        for (int i = 0; i < 20; i++) { // buffers grow while they are filled
            reading.reset(channel.config());
            ByteBuf buffer = reading.allocate(UnpooledByteBufAllocator.DEFAULT);
            int capacity = buffer.release() ? buffer.capacity() : 0;
            reading.attemptedBytesRead(capacity);
            reading.lastBytesRead(capacity);
            reading.incMessagesRead(1);

            assertThat(capacity).isBetween(1, 32 << 10);
            assertThat(reading.continueReading()).isFalse();
            reading.readComplete();
        }
        channel.finishAndReleaseAll();
    }
}
