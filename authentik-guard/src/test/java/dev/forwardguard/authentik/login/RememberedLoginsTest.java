package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA;
import static dev.forwardguard.authentik.login.LoginsUnderTest.ANNA_ROTATED;
import static dev.forwardguard.authentik.login.LoginsUnderTest.BERT;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/** A right password is hashed once per address, and remembered while its entry is unchanged. */
class RememberedLoginsTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    @Test
    void hashesOnceForPageOf60Assets() {
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
        for (int asset = 0; asset < 60; asset++) {
            assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(true));
        }
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void expireAfterFiveMinutes() {
        logins.login("anna", "secret");
        logins.advance(Duration.ofMinutes(5).minusNanos(1));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(true));
        logins.advance(Duration.ofNanos(1));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void endOnlyWhenTheirEntryChanges() {
        logins.login("anna", "secret");
        logins.login("bert", "secret");

        logins.setUsers(BERT + ANNA_ROTATED);

        assertThat(logins.login("anna", "secret")).isEqualTo(new Rejected(false));
        assertThat(logins.login("anna", "other")).isEqualTo(new Accepted(false));
        assertThat(logins.login("bert", "secret")).isEqualTo(new Accepted(true));
    }

    @Test
    void endWithoutTheirUserOrFile() {
        logins.login("anna", "secret");

        logins.setUsers(BERT);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Rejected(false));

        logins.login("bert", "secret");
        logins.removeFile();
        assertThat(logins.login("bert", "secret")).isEqualTo(new Rejected(false));
    }

    @Test
    void countForOneAddressOnly() {
        logins.login("anna", "secret");

        assertThat(logins.login("anna", "secret", address("198.51.100.8")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void distinguishUsersAndPasswords() {
        logins.setUsers("a:" + ANNA.substring(5) + "ab:" + ANNA.substring(5));
        logins.login("ab", "secret");

        assertThat(logins.login("a", "bsecret")).isEqualTo(new Rejected(false));
        assertThat(logins.login("a", "secret")).isEqualTo(new Accepted(false));
        assertThat(logins.login("ab", "Secret")).isEqualTo(new Rejected(false));
    }
}
