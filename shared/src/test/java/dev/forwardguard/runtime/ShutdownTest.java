package dev.forwardguard.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;

import org.junit.jupiter.api.Test;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class ShutdownTest {
    private final BlockingQueue<Integer> statuses = new LinkedBlockingQueue<>();
    private final Shutdown shutdown = new Shutdown(statuses::add);

    @Test
    void signalBeforeServingExitsAtOnce() {
        shutdown.onSignal();

        assertThat(statuses).containsExactly(0);
    }

    @Test
    void failedStartKeepsItsStatus() {
        shutdown.ends();
        shutdown.onSignal();

        assertThat(statuses).isEmpty();
    }

    @Test
    void lostEventLoopEndsProcess() throws InterruptedException {
        EventLoopGroup loops = loops();
        shutdown.watch(loops);

        loops.next().shutdownGracefully(0, 0, TimeUnit.SECONDS);

        assertThat(statuses.poll(20, TimeUnit.SECONDS)).isEqualTo(Shutdown.LOST_EVENT_LOOP);
        end(loops);
    }

    @Test
    void ignoresEventLoopsStoppedByGuard() throws InterruptedException {
        EventLoopGroup loops = loops();
        shutdown.watch(loops);
        shutdown.ends();

        end(loops);

        assertThat(statuses).isEmpty();
    }

    private static EventLoopGroup loops() {
        return new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    }

    private static void end(EventLoopGroup loops) throws InterruptedException {
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
    }
}
