package dev.forwardguard.load.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** Tests the shares of threads, whose names Linux shortens. */
class ThreadUseTest {
    @Test
    void knowsEventLoopsOfGuard() throws InterruptedException {
        long pid = ProcessHandle.current().pid();
        ThreadUse before = ThreadUse.of(pid);
        Thread loop =
                Thread.ofPlatform()
                        .name("default-nioEventLoopGroup-1-1")
                        .start(ThreadUseTest::spin);
        Thread.sleep(Duration.ofMillis(400));
        ThreadUse after = ThreadUse.of(pid);
        loop.join();

        Measurement shares = after.shares(before);
        assertThat(shares.of(Metric.EVENT_LOOPS)).isGreaterThan(10);
        assertThat(
                        shares.of(Metric.EVENT_LOOPS)
                                + shares.of(Metric.COMPILERS)
                                + shares.of(Metric.OTHER_THREADS))
                .isBetween(99.9, 100.1);
    }

    private static void spin() {
        long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
