package dev.forwardguard.authentik.login;

import static dev.forwardguard.authentik.login.LoginsUnderTest.HOME;
import static dev.forwardguard.authentik.login.LoginsUnderTest.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.authentik.login.AuthResult.Accepted;
import dev.forwardguard.authentik.login.AuthResult.Rejected;
import dev.forwardguard.authentik.login.AuthResult.Throttled;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/** An address with too many failures is throttled, and no other address is. */
class ThrottledAddressesTest {
    private final LoginsUnderTest logins = new LoginsUnderTest();

    @AfterEach
    void stop() {
        logins.close();
    }

    @Test
    void refusesRightPasswordWithoutHashing() {
        logins.fail(5, HOME);

        assertThat(logins.login("anna", "secret")).isEqualTo(new Throttled(Duration.ofSeconds(12)));
        assertThat(logins.login("anna", "guess")).isInstanceOf(Throttled.class);
        assertThat(logins.hashes()).isEqualTo(5);
    }

    @Test
    void doesNotAffectOtherAddresses() {
        logins.fail(5, HOME);

        assertThat(logins.login("anna", "secret", address("198.51.100.8")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void refusesRememberedPassword() {
        logins.login("anna", "secret");
        logins.fail(5, HOME);

        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
    }

    @Test
    void allowsAttemptsAgainOverTime() {
        logins.fail(5, HOME);
        logins.advance(Duration.ofSeconds(12).minusNanos(1));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Throttled(Duration.ofNanos(1)));
        logins.advance(Duration.ofNanos(1));
        logins.fail(1, HOME); // another one
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofMinutes(1));
        logins.fail(5, HOME);
    }

    /** Chromium and Firefox send it first, before their user can type another one. */
    @Test
    void passwordThatBrowserRepeatsByItselfUsesUpNoTry() {
        logins.fail(5, HOME);
        assertThat(logins.login("anna", "sixth")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(13));

        assertThat(logins.login("anna", "sixth")).isEqualTo(new Throttled(Duration.ofSeconds(2)));
        logins.advance(Duration.ofSeconds(1)); // the icon of the page
        assertThat(logins.login("anna", "sixth")).isEqualTo(new Throttled(Duration.ofSeconds(1)));

        assertThat(logins.hashes()).isEqualTo(5);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void rightPasswordThatWasThrottledIsCheckedTheSecondTime() {
        logins.fail(5, HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(13));
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(2));

        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    /** In a form no browser repeats anything by itself. */
    @Test
    void passwordThatIsTypedAgainIsCheckedAtOnce() {
        logins.fail(5, HOME);
        logins.typed("anna", "secret", HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(13));

        logins.typed("anna", "secret", HOME);
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    /** Nothing is hashed without being charged. */
    @Test
    void guessThatIsRepeatedIsChargedWhenItIsChecked() {
        logins.fail(5, HOME);
        for (int i = 0; i < 3; i++) {
            assertThat(logins.login("anna", "sixth")).isInstanceOf(Throttled.class);
        }
        logins.advance(Duration.ofSeconds(13));
        assertThat(logins.login("anna", "sixth")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(3));
        assertThat(logins.login("anna", "sixth")).isEqualTo(new Rejected(false));

        assertThat(logins.hashes()).isEqualTo(6);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
    }

    /** A neighbour was throttled; the password was known to be right all the time. */
    @Test
    void passwordThatWasJudgedSinceIsCheckedAsAnyOther() {
        logins.login("anna", "secret");
        logins.advance(Duration.ofMinutes(4));
        logins.fail(5, HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofSeconds(13));
        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(true));
        logins.advance(Duration.ofMinutes(1)); // no longer remembered

        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void unjudgedPasswordOfAnotherAddressIsJudged() {
        logins.fail(5, HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);

        assertThat(logins.login("anna", "secret", address("198.51.100.8")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void unjudgedPasswordIsForgottenAfterTenMinutes() {
        logins.fail(5, HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.advance(Duration.ofMinutes(10));

        assertThat(logins.login("anna", "secret")).isEqualTo(new Accepted(false));
    }

    @Test
    void throttlesIpv6ByNetwork() {
        logins.fail(5, address("2001:db8:1:2::1"));

        assertThat(logins.login("anna", "secret", address("2001:db8:1:2:aaaa::9")))
                .isInstanceOf(Throttled.class);
        assertThat(logins.login("anna", "secret", address("2001:db8:1:3::1")))
                .isEqualTo(new Accepted(false));
    }

    @Test
    void doesNotCountRightPasswords() {
        for (int i = 0; i < 50; i++) {
            logins.advance(Duration.ofMinutes(6));
            assertThat(logins.login(i % 2 == 0 ? "anna" : "bert", "secret"))
                    .isEqualTo(new Accepted(false));
        }
        logins.fail(5, HOME);
    }

    @Test
    void appliesChangedLimitAtOnce() {
        logins.fail(5, HOME);
        logins.maxFailures(8);
        logins.fail(8, HOME);
        assertThat(logins.login("anna", "secret")).isInstanceOf(Throttled.class);
        logins.maxFailures(0);
        logins.fail(100, HOME);
        assertThat(logins.login("bert", "secret")).isEqualTo(new Accepted(false));
    }
}
