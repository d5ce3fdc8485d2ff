package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

class ReadOnDemandTest {
    private int reads;
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new ChannelOutboundHandlerAdapter() {
                        @Override
                        public void read(ChannelHandlerContext ctx) {
                            reads++;
                            ctx.read();
                        }
                    },
                    new ReadOnDemand(new UnexpectedFailureHandler(() -> 0)));

    @Test
    void asksForMoreWhenAllWasRead() {
        int before = reads;
        channel.pipeline().fireChannelReadComplete();
        channel.pipeline().fireChannelReadComplete();

        assertThat(reads - before).isEqualTo(2);
        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void asksWhenConnected() {
        int before = reads;
        channel.pipeline().fireChannelActive();

        assertThat(reads - before).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesAfterFailure(boolean ofNetwork) {
        channel.pipeline()
                .fireExceptionCaught(
                        ofNetwork ? new IOException("reset") : new IllegalStateException("bug"));

        assertThat(channel.isOpen()).isFalse();
        channel.checkException(); // none has reached the end of the pipeline
    }
}
