package dev.forwardguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

class ScalingEventLoopGroupTest {
    private static final int BURST = 64;

    private final Map<EventLoop, Long> cpu = new HashMap<>();
    private final Set<EventLoop> asked = new HashSet<>();
    private final List<EventLoop> loops = new ArrayList<>();
    private EventLoopGroup all;
    private ScalingEventLoopGroup group;
    private long now;

    @BeforeEach
    void start() {
        all = new MultiThreadIoEventLoopGroup(3, NioIoHandler.newFactory());
        all.forEach(loop -> loops.add((EventLoop) loop));
        group =
                new ScalingEventLoopGroup(
                        all,
                        loop -> {
                            asked.add(loop);
                            return cpu.getOrDefault(loop, 0L);
                        },
                        () -> now);
    }

    @AfterEach
    void stop() {
        all.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Some time passes in which the loops have used this share of a core. */
    private void busy(double... shares) {
        long nanos = Duration.ofSeconds(1).toNanos();
        now += nanos;
        for (int i = 0; i < shares.length; i++) {
            cpu.merge(loops.get(i), (long) (shares[i] * nanos), Long::sum);
        }
    }

    @Test
    void usesOneLoopWhereOneIsEnough() {
        for (int i = 0; i < 1_000; i++) {
            busy(0.49);
            assertThat(group.next()).isSameAs(loops.getFirst());
        }
        // the others may not even have a thread
        assertThat(asked).containsExactly(loops.getFirst());
    }

    @Test
    void usesNextLoopWhileFirstIsBusy() {
        busy(0.5);
        assertThat(group.next()).isSameAs(loops.get(1));
        busy(0.9, 0.6);
        assertThat(group.next()).isSameAs(loops.get(2));

        busy(0.1, 0.6, 0.6);
        assertThat(group.next()).isSameAs(loops.getFirst());
    }

    @Test
    void usesLeastBusyLoopWhenAllAreBusy() {
        busy(0.9);
        group.next();
        busy(0.9, 0.9);
        group.next();

        busy(0.9, 0.6, 0.8);
        assertThat(group.next()).isSameAs(loops.get(1));
    }

    /** What is known of the load is a tenth of a second old, and a burst takes less. */
    @Test
    void spreadsBurst() {
        busy(0);

        List<EventLoop> chosen = IntStream.range(0, 4 * BURST).mapToObj(_ -> group.next()).toList();

        for (int i = 0; i < 4; i++) {
            assertThat(chosen.subList(i * BURST, (i + 1) * BURST)).containsOnly(loops.get(i % 3));
        }
        busy(0);
        assertThat(group.next()).isSameAs(loops.getFirst());
    }
}
