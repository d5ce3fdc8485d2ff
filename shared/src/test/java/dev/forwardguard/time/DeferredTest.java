package dev.forwardguard.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

class DeferredTest {
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<String> runs = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private boolean runsSoon() throws InterruptedException {
        return runs.poll(10, TimeUnit.SECONDS) != null;
    }

    @Test
    void runsOnceForAllWhoAsk() throws InterruptedException {
        var deferred = new Deferred(timer, Duration.ofSeconds(1), () -> runs.add("run"));
        for (int i = 0; i < 1000; i++) {
            deferred.request();
        }
        assertThat(timer.getQueue()).hasSize(1);

        assertThat(runsSoon()).isTrue();
        assertThat(timer.getQueue()).isEmpty();
        assertThat(runs).isEmpty();
    }

    @Test
    void runsAgainForWhoAsksLater() throws InterruptedException {
        var deferred = new Deferred(timer, Duration.ZERO, () -> runs.add("run"));
        for (int i = 0; i < 3; i++) {
            deferred.request();
            assertThat(runsSoon()).isTrue();
        }
    }

    /** Requests that are still answered then do not fail for it. */
    @Test
    void mayBeAskedForWhenTheTimerHasEnded() {
        var deferred = new Deferred(timer, Duration.ZERO, () -> runs.add("run"));
        timer.shutdownNow();

        assertThatCode(deferred::request).doesNotThrowAnyException();
    }

    @Test
    void isNotLostIfItFails() throws InterruptedException {
        var deferred =
                new Deferred(
                        timer,
                        Duration.ZERO,
                        () -> {
                            runs.add("run");
                            throw new IllegalStateException("a bug");
                        });
        deferred.request();
        assertThat(runsSoon()).isTrue();

        deferred.request();
        assertThat(runsSoon()).isTrue();
    }
}
