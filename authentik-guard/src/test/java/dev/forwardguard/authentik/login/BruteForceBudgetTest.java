package dev.forwardguard.authentik.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

class BruteForceBudgetTest {
    private final AtomicLong nanos = new AtomicLong();
    private final BruteForceBudget budget = new BruteForceBudget(nanos::get);

    private void charge(Duration time) {
        budget.charge(time.toNanos());
    }

    private void assertAllowed(boolean trusted, boolean unknown, boolean suspicious) {
        budget.contended();
        assertThat(budget.allows(Reputation.TRUSTED)).isEqualTo(trusted);
        assertThat(budget.allows(Reputation.UNKNOWN)).isEqualTo(unknown);
        assertThat(budget.allows(Reputation.SUSPICIOUS)).isEqualTo(suspicious);
    }

    @Test
    void reservesTimeForBetterReputations() {
        assertAllowed(true, true, true);
        charge(Duration.ofMillis(2500));
        assertAllowed(true, true, false);
        charge(Duration.ofMillis(2500));
        assertAllowed(true, false, false);
    }

    @Test
    void refillsQuarterOfElapsedTime() {
        charge(Duration.ofSeconds(6));
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertAllowed(true, false, false);
        nanos.addAndGet(Duration.ofMillis(4).toNanos());
        assertAllowed(true, true, false);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        charge(Duration.ofSeconds(5));
        assertAllowed(true, false, false);
    }

    @Test
    void allowsAllWithoutContention() {
        charge(Duration.ofHours(1));
        assertThat(budget.allows(Reputation.SUSPICIOUS)).isTrue();
        assertAllowed(true, false, false);
        nanos.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(budget.allows(Reputation.UNKNOWN)).isFalse();
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(budget.allows(Reputation.UNKNOWN)).isTrue();
    }

    @Test
    void chargesAtLeastOneMillisecond() {
        for (int i = 0; i < 5000; i++) {
            budget.contended();
            assertThat(budget.allows(Reputation.UNKNOWN)).isTrue();
            budget.charge(1);
        }
        assertAllowed(true, false, false);
    }
}
