package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

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

    static List<Throwable> failures() {
        return List.of(
                new IOException("reset"),
                new UncheckedIOException(new IOException("epoll_ctl")),
                new IllegalStateException("bug"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void closesAfterFailureAndLogsOnlyBugs(Throwable failure) {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        var log = (Logger) LoggerFactory.getLogger(UnexpectedFailureHandler.class);
        log.addAppender(lines);
        try {
            channel.pipeline().fireExceptionCaught(failure);
        } finally {
            log.detachAppender(lines);
        }

        assertThat(channel.isOpen()).isFalse();
        channel.checkException(); // none has reached the end of the pipeline
        assertThat(lines.list).hasSize(failure instanceof IllegalStateException ? 1 : 0);
    }
}
