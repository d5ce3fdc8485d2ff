package dev.forwardguard.htpasswd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShaCryptTest {
    /** {@code openssl passwd -5 -salt Salt+16 password}. */
    private static final String HASH = "RVqdiRIUe5MVfkDOi/I82adrvvZIZEsoj.KrZfqlGZ3";

    @Test
    void usesFiveThousandRoundsByDefault() throws UnusableLineException {
        byte[] password = "password".getBytes(US_ASCII);

        assertThat(parse("$5$Salt+16$" + HASH).matches(password)).isTrue();
        assertThat(parse("$5$rounds=5000$Salt+16$" + HASH).matches(password)).isTrue();
        assertThat(parse("$5$rounds=5001$Salt+16$" + HASH).matches(password)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rounds=999$Salt+16$",
                "rounds=0$Salt+16$",
                "rounds=05000$Salt+16$",
                "rounds=-5000$Salt+16$",
                "rounds=1000000000$Salt+16$",
                "rounds=99999999999999999999$Salt+16$",
                "rounds=$Salt+16$",
                "rounds=5000$",
                "rounds=5000$rounds=5000$",
                "rounds=10$",
                "seventeen-letters$",
                "",
            })
    void rejectsInvalidSetting(String setting) {
        assertRejected("$5$" + setting + HASH, "malformed SHA-crypt hash");
    }

    @Test
    void rejectsRoundsAboveLimit() throws UnusableLineException {
        assertThat(parse("$5$rounds=200000$Salt$" + HASH))
                .hasToString("ShaCrypt[SHA256, rounds=200000]");
        assertRejected(
                "$5$rounds=200001$Salt$" + HASH, "SHA-crypt rounds above the limit of 200000");
        assertRejected(
                "$5$rounds=999999999$Salt$" + HASH, "SHA-crypt rounds above the limit of 200000");
    }

    @Test
    void rejectsOtherLengthsAndStrayBits() {
        assertRejected("$6$Salt+16$" + HASH, "malformed SHA-crypt hash");
        assertRejected("$5$Salt+16$" + HASH + "$", "malformed SHA-crypt hash");
        assertRejected("$5$Salt+16$" + HASH.substring(1), "malformed SHA-crypt hash");
        assertRejected("$5$Salt+16$" + HASH.substring(0, 42) + "E", "malformed SHA-crypt hash");
        assertRejected("$6$Salt$" + ".".repeat(85) + "2", "malformed SHA-crypt hash");
    }

    @Test
    void rejectsPasswordsLongerThanLibxcryptAccepts() throws UnusableLineException {
        // perl -e 'print crypt("x" x 511, q($5$Salt))'; with 512, libxcrypt returns *0.
        ShaCrypt longest = parse("$5$Salt$KHXKl6Z8Qlb3/U/Ko3iw02MXuZ0gbOSRKckxe5wjfa7");

        assertThat(longest.matches("x".repeat(511).getBytes(US_ASCII))).isTrue();
        // The hash for 512 by the specification, which has no such limit.
        ShaCrypt tooLong = parse("$5$Salt$iyRcldZ6wVPLCCSPv0iR63jORBLX4hjcDB2q/HPzlcD");
        assertThat(tooLong.matches("x".repeat(512).getBytes(US_ASCII))).isFalse();
    }

    private static ShaCrypt parse(String text) throws UnusableLineException {
        return ShaCrypt.parse(text, HashLimits.DEFAULT);
    }

    private static void assertRejected(String text, String cause) {
        assertThatExceptionOfType(UnusableLineException.class)
                .isThrownBy(() -> parse(text))
                .withMessage(cause);
    }
}
