package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA_ROTATED;
import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.client.ClientAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** A wrong password that comes again and again is told apart from somebody who types. */
class PasswordsInLoopTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    /** Answers with a challenge, and returns whether it is one that ends a loop. */
    private boolean wrong(String user) {
        assertThat(logins.login(user, "of the application")).isInstanceOf(Rejected.class);
        return logins.areInLoop(user, "of the application", HOME);
    }

    /** Whether there is such a user makes no difference, or anybody could ask who there is. */
    @ParameterizedTest
    @ValueSource(strings = {"anna", "unknown"})
    void isInLoopFromFourthTimeWithinTenSeconds(String user) {
        assertThat(wrong(user)).isFalse();
        assertThat(wrong(user)).isFalse();
        logins.advance(Duration.ofSeconds(9));
        assertThat(wrong(user)).isFalse();
        for (int i = 0; i < 1_000; i++) {
            assertThat(wrong(user)).isTrue();
        }
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void everyTenSecondsIsNoLoop() {
        for (int i = 0; i < 6; i++) {
            assertThat(wrong("anna")).isFalse();
            logins.advance(Duration.ofMillis(3_400));
        }
    }

    @Test
    void loopOfOneAddressIsNotThatOfAnother() {
        for (int i = 0; i < 5; i++) {
            wrong("anna");
        }

        ClientAddress other = address("198.51.100.8");
        assertThat(logins.login("anna", "of the application", other))
                .isEqualTo(new Rejected(false));
        assertThat(logins.areInLoop("anna", "of the application", other)).isFalse();
    }

    @Test
    void endsWhenPasswordBecomesRight() {
        for (int i = 0; i < 5; i++) {
            logins.login("anna", "other");
            logins.areInLoop("anna", "other", HOME);
        }
        logins.setUsers(ANNA_ROTATED);

        assertThat(logins.login("anna", "other", HOME)).isEqualTo(new Accepted(false));
    }
}
