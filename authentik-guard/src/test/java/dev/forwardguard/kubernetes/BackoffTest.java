package dev.forwardguard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;

class BackoffTest {
    private static final Duration NOTHING = Duration.ZERO;

    private final Backoff backoff = new Backoff(WatchTimings.DEFAULT);

    @ParameterizedTest
    @EnumSource(names = {"GONE", "UNAUTHORIZED"})
    void retriesAtOnceOnlyFirstTime(ListWatchResult result) {
        assertThat(backoff.after(result, false, NOTHING)).isZero();
        assertThat(backoff.after(result, false, NOTHING)).isPositive();
        assertThat(backoff.after(result, false, NOTHING)).isPositive();

        assertThat(backoff.after(result, true, NOTHING)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"GONE", "UNAUTHORIZED", "OK"},
            mode = EnumSource.Mode.EXCLUDE)
    void waitsLongerAfterEachFailure(ListWatchResult result) {
        Duration first = backoff.after(result, false, NOTHING);
        backoff.after(result, false, NOTHING);
        Duration third = backoff.after(result, false, NOTHING);

        assertThat(first).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
        assertThat(third).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
    }

    @Test
    void resetsAfterLongWatch() {
        for (int i = 0; i < 10; i++) {
            backoff.after(ListWatchResult.UNREACHABLE, false, NOTHING);
        }

        assertThat(backoff.after(ListWatchResult.OK, true, NOTHING)).isZero();
        assertThat(backoff.after(ListWatchResult.TIMEOUT, true, NOTHING))
                .isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void respectsRetryAfterWithinBounds() {
        assertThat(backoff.after(ListWatchResult.THROTTLED, false, Duration.ofSeconds(7)))
                .isEqualTo(Duration.ofSeconds(7));
        assertThat(backoff.after(ListWatchResult.THROTTLED, false, Duration.ofDays(7)))
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(backoff.after(ListWatchResult.THROTTLED, false, Duration.ZERO)).isPositive();
    }
}
