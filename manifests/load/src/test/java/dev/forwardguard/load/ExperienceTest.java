package dev.forwardguard.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

/** Tests that the siege would notice slow and missing verdicts. */
class ExperienceTest {
    private final Experience experience = new Experience();

    @ParameterizedTest
    @CsvSource({"1, 0, true", "2, 0, false", "2, 1, true"})
    void toleratesOneSlowResponseInAHundred(int slow, int excused, boolean fast) {
        for (int i = 0; i < 100; i++) {
            Duration took = Duration.ofMillis(i < slow ? 300 : 3);
            experience.add(true, took, Duration.ofMillis(i < excused ? 60 : 0));
        }

        assertThat(experience.isFast()).isEqualTo(fast);
    }

    @ParameterizedTest
    @CsvSource({"2000, 0, true", "2001, 0, false", "2100, 100, true"})
    void toleratesTwoSecondsWithoutVerdict(int millis, int stall, boolean steady) {
        experience.addStreak(Duration.ofMillis(millis), Duration.ofMillis(stall));
        experience.addStreak(Duration.ofMillis(10), Duration.ZERO);

        assertThat(experience.isSteady()).isEqualTo(steady);
    }

    @ParameterizedTest
    @CsvSource({"true, 2000, true", "true, 2001, false", "false, 10, false"})
    void requiresEachLogin(boolean loggedIn, int millis, boolean right) {
        experience.add(true, Duration.ofMillis(10), Duration.ZERO);
        experience.add(loggedIn, Duration.ofMillis(millis), Duration.ZERO);

        assertThat(experience.isAlwaysWithinTwoSeconds()).isEqualTo(right);
    }

    @Test
    void isNotGoodIfNobodyCame() {
        assertThat(experience.isFast()).isFalse();
        assertThat(experience.isAlwaysWithinTwoSeconds()).isFalse();
    }
}
