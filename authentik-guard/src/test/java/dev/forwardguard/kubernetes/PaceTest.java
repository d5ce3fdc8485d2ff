package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

class PaceTest {
    private final Pace pace = Pace.DEFAULT;

    @RepeatedTest(20)
    void pausesDoubleFrom100MillisecondsTo2SecondsAndHalfIsJitter() {
        assertThat(pace.pause(1)).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(pace.pause(2)).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(pace.pause(5)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1600));
        assertThat(pace.pause(6)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(pace.pause(Integer.MAX_VALUE))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @RepeatedTest(20)
    void watchesEndWithinAMinute() {
        assertThat(pace.watchSeconds()).isBetween(50L, 60L);
    }

    @Test
    void replicasDoNotAskAtTheSameMoment() {
        Set<Duration> pauses = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            pauses.add(pace.pause(3));
        }

        assertThat(pauses).hasSizeGreaterThan(5);
    }

    @Test
    void aHalfOpenConnectionIsNoticedWithin75Seconds() {
        assertThat(pace.silence()).isGreaterThan(pace.watch()).isLessThan(Duration.ofSeconds(75));
        assertThat(pace.watchDeadline()).isLessThanOrEqualTo(Duration.ofSeconds(75));
    }
}
