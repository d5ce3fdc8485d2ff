package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

class LingeringCloseTest {
    private static final long NOTHING_SCHEDULED = -1;

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @Test
    void closesWhenClientDoesNot() {
        LingeringClose.begin(channel);
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(3, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void cancelsTimerWhenClientCloses() {
        LingeringClose.begin(channel);

        // the embedded channel's own close cancels all tasks
        channel.unsafe().close(channel.newPromise());

        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
}
