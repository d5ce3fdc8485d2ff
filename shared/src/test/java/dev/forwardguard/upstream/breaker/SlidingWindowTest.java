package dev.forwardguard.upstream.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.upstream.breaker.SlidingWindow.Counts;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

class SlidingWindowTest {
    private final AtomicLong clock = new AtomicLong();
    private final SlidingWindow window = new SlidingWindow(Duration.ofSeconds(10), clock::get);

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void countsCallsAndFailures() {
        window.add(true);
        window.add(false);
        window.add(true);

        assertThat(window.counts()).isEqualTo(new Counts(3, 2));
    }

    @Test
    void expiresOneTenthAtATime() {
        for (int second = 0; second < 10; second++) {
            window.add(true);
            advance(Duration.ofSeconds(1));
        }

        assertThat(window.counts()).isEqualTo(new Counts(9, 9));
        advance(Duration.ofSeconds(3));
        assertThat(window.counts()).isEqualTo(new Counts(6, 6));
        advance(Duration.ofSeconds(7));
        assertThat(window.counts()).isEqualTo(new Counts(0, 0));
    }

    @Test
    void clearsReusedPartsAfterLongPause() {
        window.add(true);
        advance(Duration.ofSeconds(100));
        window.add(false);

        assertThat(window.counts()).isEqualTo(new Counts(1, 0));
    }

    @Test
    void stopsCountingBeforeCounterOverflows() {
        for (int i = 0; i < (1 << 20) + 10; i++) {
            window.add(true);
        }

        assertThat(window.counts()).isEqualTo(new Counts((1 << 20) - 1, (1 << 20) - 1));
        advance(Duration.ofSeconds(1));
        window.add(false);
        assertThat(window.counts()).isEqualTo(new Counts(1 << 20, (1 << 20) - 1));
    }

    @Test
    void countsCallsOfAllThreads() throws Exception {
        var gate = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (int thread = 0; thread < 16; thread++) {
                boolean bad = thread % 4 == 0;
                threads.submit(
                        () -> {
                            gate.await();
                            for (int i = 0; i < 10_000; i++) {
                                window.add(bad);
                            }
                            return null;
                        });
            }
            gate.countDown();
        }

        assertThat(window.counts()).isEqualTo(new Counts(160_000, 40_000));
    }

    @Test
    void needsMinimumCallsToReachRate() {
        assertThat(new Counts(19, 19).reaches(20, 50)).isFalse();
        assertThat(new Counts(20, 10).reaches(20, 50)).isTrue();
        assertThat(new Counts(21, 10).reaches(20, 50)).isFalse();
        assertThat(new Counts(20, 10).reaches(20, 51)).isFalse();
        assertThat(new Counts(0, 0).reaches(1, 1)).isFalse();
    }
}
