package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

class WatchTimingsTest {
    private final WatchTimings timings = WatchTimings.DEFAULT;

    @RepeatedTest(20)
    void doublesPausesUpTo2SecondsWithJitter() {
        assertThat(timings.pause(1)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(timings.pause(2)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(timings.pause(5)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1600));
        assertThat(timings.pause(6)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(timings.pause(Integer.MAX_VALUE))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @RepeatedTest(20)
    void endsWatchesWithinMinute() {
        assertThat(timings.watchSeconds()).isBetween(50L, 60L);
    }

    @Test
    void variesPausesBetweenReplicas() {
        Set<Duration> pauses = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            pauses.add(timings.pause(3));
        }

        assertThat(pauses).hasSizeGreaterThan(5);
    }

    @Test
    void detectsHalfOpenConnectionWithin75Seconds() {
        assertThat(timings.readTimeout())
                .isGreaterThan(timings.watch())
                .isLessThan(Duration.ofSeconds(75));
        assertThat(timings.watchDeadline()).isLessThanOrEqualTo(Duration.ofSeconds(75));
    }
}
