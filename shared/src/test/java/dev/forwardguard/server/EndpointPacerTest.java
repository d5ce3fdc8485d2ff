package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class EndpointPacerTest {
    private final AtomicLong now = new AtomicLong();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EndpointPacer pacer = EndpointPacer.ofThisLoop();
    private final List<String> served = new ArrayList<>();

    EndpointPacerTest() {
        channel.freezeTime();
    }

    @AfterEach
    void finish() {
        for (int turn = 0; turn < 100; turn++) {
            pass(Duration.ofSeconds(1));
        }
        channel.finishAndReleaseAll();
    }

    private void request(String name, Duration takes) {
        pacer.serve(
                () -> {
                    served.add(name);
                    now.addAndGet(takes.toNanos());
                },
                name.startsWith("health"),
                channel.eventLoop(),
                now::get);
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void servesAtOnceWhenNothingWasServedBefore() {
        request("a", Duration.ofMillis(2));

        assertThat(served).containsExactly("a");
    }

    @Test
    void leavesFourTimesAsLongToOthers() {
        request("a", Duration.ofMillis(2));
        request("b", Duration.ofMillis(1));
        request("c", Duration.ofMillis(1));

        pass(Duration.ofMillis(7));
        assertThat(served).containsExactly("a");
        pass(Duration.ofMillis(1));
        assertThat(served).containsExactly("a", "b");
        pass(Duration.ofMillis(4));
        assertThat(served).containsExactly("a", "b", "c");
    }

    @Test
    void servesSoonAfterRequestInWhichTheProcessWasStopped() {
        request("a", Duration.ofMinutes(10));
        request("health", Duration.ofMillis(1));

        pass(Duration.ofMillis(499));
        assertThat(served).containsExactly("a");
        pass(Duration.ofMillis(1));
        assertThat(served).containsExactly("a", "health");
    }

    @Test
    void servesHealthChecksFirst() {
        request("a", Duration.ofMillis(1));
        request("b", Duration.ofMillis(1));
        request("health", Duration.ofMillis(1));

        pass(Duration.ofMillis(4));

        assertThat(served).containsExactly("a", "health");
    }
}
