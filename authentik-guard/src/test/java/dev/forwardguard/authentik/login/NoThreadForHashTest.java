package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.forwardguard.authentik.login.AuthResult.Accepted;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicBoolean;

/** The system may have no thread for a password check. */
class NoThreadForHashTest {
    private static final int QUEUE = 4;

    private final AtomicBoolean exhausted = new AtomicBoolean(true);
    private final HashingPool pool = new HashingPool(1, QUEUE, _ -> this::newThread);

    private Thread newThread(Runnable work) {
        if (exhausted.get()) {
            throw new InternalError("no thread");
        }
        return Thread.ofPlatform().daemon().unstarted(work);
    }

    @AfterEach
    void stop() {
        pool.close();
    }

    @Test
    void freesSlot() {
        for (int i = 0; i < 2 * QUEUE; i++) {
            assertThatExceptionOfType(InternalError.class)
                    .isThrownBy(() -> pool.execute(Reputation.UNKNOWN, () -> {}));
        }
    }

    /** Otherwise the same credentials would wait for that check for ever. */
    @Test
    void failsTheLoginAndNotTheNext() {
        try (var logins = new LoginsUnderTest(pool)) {
            for (int i = 0; i < 2 * QUEUE; i++) {
                assertThat(logins.check("anna", "secret", HOME, () -> true))
                        .isCompletedExceptionally();
            }
            exhausted.set(false);

            assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
        }
    }
}
