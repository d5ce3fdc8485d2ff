package dev.forwardguard.authentik.emergency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class LogRateLimitTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // it may wrap
    private final LogRateLimit budget = new LogRateLimit(3, now::get);

    private int taken(int attempts) {
        int taken = 0;
        for (int attempt = 0; attempt < attempts; attempt++) {
            taken += budget.take() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void hasRoomForSoManyInASecond() {
        assertThat(taken(3)).isEqualTo(3);
        assertThat(taken(1000)).isZero();

        now.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(taken(1)).isZero();

        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(taken(1000)).isEqualTo(3);
    }

    @Test
    void countsWhatFoundNone() {
        taken(10);

        assertThat(budget.suppressed()).isEqualTo(7);
        assertThat(budget.suppressed()).isZero();
    }
}
