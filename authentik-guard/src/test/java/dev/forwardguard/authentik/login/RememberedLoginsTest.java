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

/** A right password is hashed once for each address, and counts as long as its entry does. */
class RememberedLoginsTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    @Test
    void aPageOf60AssetsCostsOneHash() {
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
        for (int asset = 0; asset < 60; asset++) {
            assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(true));
        }
        assertThat(logins.hashes()).isEqualTo(1);
    }

    @Test
    void areForgottenAfterFiveMinutes() {
        logins.login("anna", "secret");
        logins.pass(Duration.ofMinutes(5).minusNanos(1));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(true));
        logins.pass(Duration.ofNanos(1));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void areForgottenWhenTheirEntryChangesAndOnlyThen() {
        logins.login("anna", "secret");
        logins.login("bert", "secret");

        logins.inForce(BERT + ANNA_ROTATED);

        assertThat(logins.login("anna", "secret")).isEqualTo(new Rejected(false));
        assertThat(logins.login("anna", "other")).isEqualTo(new Accepted(false));
        assertThat(logins.login("bert", "secret")).isEqualTo(new Accepted(true));
    }

    @Test
    void areForgottenWhenTheUserOrTheFileIsGone() {
        logins.login("anna", "secret");

        logins.inForce(BERT);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Rejected(false));

        logins.login("bert", "secret");
        logins.withdraw();
        assertThat(logins.login("bert", "secret")).isEqualTo(new Rejected(false));
    }

    @Test
    void countForOneAddressOnly() {
        logins.login("anna", "secret");

        assertThat(logins.login("anna", "secret", address("198.51.100.8")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void areNotMixedUp() {
        logins.inForce("a:" + ANNA.substring(5) + "ab:" + ANNA.substring(5));
        logins.login("ab", "secret");

        assertThat(logins.login("a", "bsecret")).isEqualTo(new Rejected(false));
        assertThat(logins.login("a", "secret")).isEqualTo(new Accepted(false));
        assertThat(logins.login("ab", "Secret")).isEqualTo(new Rejected(false));
    }
}
