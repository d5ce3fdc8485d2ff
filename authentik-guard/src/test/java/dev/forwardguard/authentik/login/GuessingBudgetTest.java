package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class GuessingBudgetTest {
    private final AtomicLong nanos = new AtomicLong();
    private final GuessingBudget budget = new GuessingBudget(nanos::get);

    private void spend(Duration time) {
        budget.spend(time.toNanos());
    }

    private void assertAllowed(boolean known, boolean stranger, boolean suspect) {
        budget.crowded();
        assertThat(budget.allows(Standing.KNOWN)).isEqualTo(known);
        assertThat(budget.allows(Standing.STRANGER)).isEqualTo(stranger);
        assertThat(budget.allows(Standing.SUSPECT)).isEqualTo(suspect);
    }

    @Test
    void suspectsLeaveHalfToStrangersAndBothEverythingElseToTheKnown() {
        assertAllowed(true, true, true);
        spend(Duration.ofMillis(2500));
        assertAllowed(true, true, false);
        spend(Duration.ofMillis(2500));
        assertAllowed(true, false, false);
    }

    @Test
    void aQuarterOfTheTimeComesBack() {
        spend(Duration.ofSeconds(6));
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertAllowed(true, false, false);
        nanos.addAndGet(Duration.ofMillis(4).toNanos());
        assertAllowed(true, true, false);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        spend(Duration.ofSeconds(5));
        assertAllowed(true, false, false);
    }

    @Test
    void bindsNobodyWhoIsAlone() {
        spend(Duration.ofHours(1));
        assertThat(budget.allows(Standing.SUSPECT)).isTrue();
        assertAllowed(true, false, false);
        nanos.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(budget.allows(Standing.STRANGER)).isFalse();
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(budget.allows(Standing.STRANGER)).isTrue();
    }

    @Test
    void cheapHashesCostAMillisecond() {
        for (int i = 0; i < 5000; i++) {
            budget.crowded();
            assertThat(budget.allows(Standing.STRANGER)).isTrue();
            budget.spend(1);
        }
        assertAllowed(true, false, false);
    }
}
