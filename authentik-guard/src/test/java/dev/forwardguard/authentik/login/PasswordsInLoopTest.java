package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.BERT;
import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** A wrong password that comes again and again is told apart from somebody who types. */
class PasswordsInLoopTest {
    private static final Rejected AGAIN = new Rejected(true, false);
    private static final Rejected IN_LOOP = new Rejected(true, true);

    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    private AuthResult wrong(String user) {
        return logins.login(user, "of the application");
    }

    /** Whether there is such a user makes no difference, or anybody could ask who there is. */
    @ParameterizedTest
    @ValueSource(strings = {"anna", "unknown"})
    void isInLoopFromFourthTimeWithinTenSeconds(String user) {
        assertThat(wrong(user)).isEqualTo(new Rejected(false));
        assertThat(wrong(user)).isEqualTo(AGAIN);
        logins.advance(Duration.ofSeconds(9));
        assertThat(wrong(user)).isEqualTo(AGAIN);
        for (int i = 0; i < 1_000; i++) {
            assertThat(wrong(user)).isEqualTo(IN_LOOP);
        }
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void everyTenSecondsIsNoLoop() {
        wrong("anna");
        for (int i = 0; i < 4; i++) {
            logins.advance(Duration.ofSeconds(10));
            assertThat(wrong("anna")).isEqualTo(AGAIN);
        }
    }

    @Test
    void loopOfOneAddressIsNotThatOfAnother() {
        for (int i = 0; i < 5; i++) {
            wrong("anna");
        }

        assertThat(logins.login("anna", "of the application", address("198.51.100.8")))
                .isEqualTo(new Rejected(false));
    }

    @Test
    void endsWhenPasswordBecomesRight() {
        for (int i = 0; i < 5; i++) {
            logins.login("bert", "other");
        }
        logins.setUsers(
                BERT.replace(BERT.substring(5).strip(), "{SHA}0JQeaNqPOBUf+Gph/Fn3xc+fyqI="));

        assertThat(logins.login("bert", "other", HOME)).isEqualTo(new Accepted(false));
    }
}
