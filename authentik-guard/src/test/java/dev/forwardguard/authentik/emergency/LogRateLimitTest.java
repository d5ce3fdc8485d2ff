package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class LogRateLimitTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // the clock may overflow
    private final LogRateLimit limit = new LogRateLimit(3, now::get);

    private int taken(int attempts) {
        int taken = 0;
        for (int attempt = 0; attempt < attempts; attempt++) {
            taken += limit.take() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void allowsThreePerSecond() {
        assertThat(taken(3)).isEqualTo(3);
        assertThat(taken(1000)).isZero();

        now.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(taken(1)).isZero();

        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(taken(1000)).isEqualTo(3);
    }

    @Test
    void countsSuppressedEvents() {
        taken(10);

        assertThat(limit.suppressed()).isEqualTo(7);
        assertThat(limit.suppressed()).isZero();
    }
}
