package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Overloaded;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Somebody has to wait for others, and guesses have cost all that they may cost together. */
class CrowdedLoginsTest {
    private static final ClientAddress KNOWN = address("192.0.2.1");

    /** Each counts as a millisecond at least, and five seconds may be saved up. */
    private static final int GUESSES_UNTIL_NOTHING_IS_LEFT = 5000;

    private final LoginsUnderTest logins = new LoginsUnderTest();
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void nothingIsLeftAndSomebodyWaits() {
        logins.login("anna", "secret", KNOWN);
        logins.maxFailures(0);
        logins.fail(GUESSES_UNTIL_NOTHING_IS_LEFT, HOME);
        BusyPool.until(gate, logins.pool());
        BusyPool.until(gate, logins.pool());
        while (logins.pool().isContended()) {
            Thread.onSpinWait();
        }
        assertThat(ask("the first")).isNotDone();
    }

    @AfterEach
    void stop() {
        gate.countDown();
        logins.close();
    }

    private CompletableFuture<AuthResult> ask(String password) {
        return logins.ask("anna", password, HOME, () -> true);
    }

    @Test
    void furtherGuessesAreTurnedAwayAtOnceAndTakeNoPlaceInTheQueue() {
        for (int i = 0; i < 1000; i++) {
            assertThat(ask("another guess " + i)).isCompletedWithValue(new Overloaded());
        }
    }

    @Test
    void whoLoggedInBeforeIsChecked() {
        assertThat(logins.login("bert", "secret", KNOWN)).isEqualTo(new Accepted(false));
    }

    @Test
    void thereIsRoomAgainAfterAWhile() {
        logins.pass(Duration.ofSeconds(2));

        assertThat(ask("the second")).isNotDone();
    }
}
