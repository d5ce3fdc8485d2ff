package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Checks logins while the pool is contended and the brute force budget is spent. */
class ContendedLoginsTest {
    private static final ClientAddress TRUSTED = address("192.0.2.1");
    private static final ClientAddress STRANGER = address("203.0.113.1");

    /** Each guess costs at least 1 ms, and the budget holds at most 5 s. */
    private static final int GUESSES_TO_SPEND_BUDGET = 5000;

    private final LoginsUnderTest logins = new LoginsUnderTest();
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void spendBudgetAndQueueOneLogin() {
        logins.login("anna", "secret", TRUSTED);
        logins.maxFailures(0);
        logins.fail(GUESSES_TO_SPEND_BUDGET, HOME);
        BusyPool.submitBlocked(gate, logins.pool());
        BusyPool.submitBlocked(gate, logins.pool());
        while (logins.pool().isContended()) {
            Thread.onSpinWait();
        }
        assertThat(check("the first")).isNotDone();
    }

    @AfterEach
    void stop() {
        gate.countDown();
        logins.close();
    }

    private CompletableFuture<AuthResult> check(String password) {
        return logins.check("anna", password, HOME, () -> true);
    }

    @Test
    void refusesFurtherGuessesWithoutQueueing() {
        for (int i = 0; i < 1000; i++) {
            assertThat(check("another guess " + i)).isCompletedWithValue(new Overloaded());
        }
    }

    @Test
    void checksTrustedAddress() {
        assertThat(logins.login("bert", "secret", TRUSTED)).isEqualTo(new Accepted(false));
    }

    @Test
    void queuesOtherNetworksAgainAfterRefill() {
        logins.advance(Duration.ofSeconds(2));

        assertThat(check("the second")).isCompletedWithValue(new Overloaded());
        assertThat(logins.check("anna", "the second", STRANGER, () -> true)).isNotDone();
    }
}
