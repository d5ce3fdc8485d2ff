package dev.forwardguard.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** Tests that the time without a verdict is counted from the first request to the next verdict. */
class StreakTest {
    private final Streak streak = new Streak();

    @Test
    void isEmptyWhileThereAreVerdicts() {
        assertThat(streak.add(true, 0, 10)).isZero();
        assertThat(streak.add(true, 500, 510)).isZero();
    }

    @Test
    void lastsFromTheFirstRequestWithoutVerdictToTheNextVerdict() {
        streak.add(true, 0, 10);

        assertThat(streak.add(false, 100, 110)).isEqualTo(Duration.ofNanos(10));
        assertThat(streak.add(false, 200, 250)).isEqualTo(Duration.ofNanos(150));
        assertThat(streak.add(true, 300, 330)).isEqualTo(Duration.ofNanos(230));
        assertThat(streak.from()).isEqualTo(100);
    }

    @Test
    void beginsAnewAfterAVerdict() {
        streak.add(false, 0, 10);
        streak.add(true, 100, 110);

        assertThat(streak.add(true, 200, 210)).isZero();
        assertThat(streak.add(false, 300, 310)).isEqualTo(Duration.ofNanos(10));
    }
}
