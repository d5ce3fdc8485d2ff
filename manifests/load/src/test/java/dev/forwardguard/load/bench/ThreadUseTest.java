package dev.forwardguard.load.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tests the shares of threads, whose names Linux shortens. */
class ThreadUseTest {
    @Test
    @Timeout(60)
    void knowsEventLoopsOfGuard() throws InterruptedException {
        long pid = ProcessHandle.current().pid();
        ThreadUse before = ThreadUse.of(pid);
        var ends = new AtomicBoolean();
        Thread loop =
                Thread.ofPlatform()
                        .name("default-nioEventLoopGroup-1-1")
                        .start(() -> spinUntil(ends));
        Measurement shares = ThreadUse.of(pid).shares(before);
        while (shares.of(Metric.EVENT_LOOPS) <= 10) {
            Thread.sleep(Duration.ofMillis(10));
            shares = ThreadUse.of(pid).shares(before);
        }
        ends.set(true);
        loop.join();

        assertThat(
                        shares.of(Metric.EVENT_LOOPS)
                                + shares.of(Metric.COMPILERS)
                                + shares.of(Metric.OTHER_THREADS))
                .isBetween(99.9, 100.1);
    }

    private static void spinUntil(AtomicBoolean end) {
        while (!end.get()) {
            Thread.onSpinWait();
        }
    }
}
