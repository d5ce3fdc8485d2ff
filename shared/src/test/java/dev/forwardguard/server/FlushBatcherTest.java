package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class FlushBatcherTest {
    private final List<String> flushed = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private ChannelHandlerContext connection(String name, Runnable whenFlushed) {
        channel.pipeline()
                .addLast(
                        name,
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void flush(ChannelHandlerContext ctx) {
                                flushed.add(name);
                                whenFlushed.run();
                            }
                        });
        channel.pipeline().addLast("behind " + name, new ChannelOutboundHandlerAdapter());
        return channel.pipeline().context("behind " + name);
    }

    @Test
    void flushesAtEndOfTurn() {
        ChannelHandlerContext first = connection("first", () -> {});
        ChannelHandlerContext second = connection("second", () -> {});

        FlushBatcher.add(first);
        FlushBatcher.add(second);
        assertThat(flushed).isEmpty();

        channel.runPendingTasks();
        assertThat(flushed).containsExactly("first", "second");

        FlushBatcher.add(second);
        channel.runPendingTasks();
        assertThat(flushed).containsExactly("first", "second", "second");
    }

    /** A response that is written during a flush goes out in the same turn. */
    @Test
    void flushesWritesMadeDuringFlush() {
        ChannelHandlerContext late = connection("late", () -> {});
        ChannelHandlerContext first = connection("first", () -> FlushBatcher.add(late));

        FlushBatcher.add(first);
        channel.runPendingTasks();

        assertThat(flushed).containsExactly("first", "late");
    }

    /** Otherwise this event loop would never send anything again. */
    @Test
    void survivesFailingConnection() {
        ChannelHandlerContext bad =
                connection(
                        "bad",
                        () -> {
                            throw new IllegalStateException("on purpose");
                        });
        ChannelHandlerContext good = connection("good", () -> {});

        FlushBatcher.add(bad);
        FlushBatcher.add(good);

        channel.runPendingTasks();

        assertThatThrownBy(channel::checkException).hasMessage("on purpose");
        assertThat(flushed).containsExactly("bad", "good");
    }
}
