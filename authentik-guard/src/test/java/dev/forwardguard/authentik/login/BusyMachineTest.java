package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Checks that the brute force budget is about work: a busy machine must not lock strangers out. */
class BusyMachineTest {
    @Test
    void waitForProcessorIsNotCharged() {
        var gate = new CountDownLatch(1);
        try (var logins = new LoginsUnderTest()) {
            logins.busyMachine(Duration.ofSeconds(10));
            logins.fail(1, HOME);
            logins.busyMachine(Duration.ZERO);
            for (int i = 0; i < 3; i++) { // two run, and one waits
                BusyPool.submitBlocked(gate, logins.pool());
            }

            assertThat(logins.check("anna", "a guess", address("203.0.113.1"), () -> true))
                    .isNotDone();
            gate.countDown();
        }
    }
}
