package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HexFormat;

class BcryptTest {
    /** {@code htpasswd -nbB -C 5 u password}. */
    private static final String GOOD =
            "$2y$05$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO";

    @Test
    void treatsThreeLettersAlike() throws UnusableLineException {
        for (String letter : new String[] {"a", "b", "y"}) {
            Bcrypt hash = parse(GOOD.replace("$2y$", "$2" + letter + "$"));

            assertThat(hash.matches("password".getBytes(US_ASCII))).as(letter).isTrue();
            assertThat(hash.matches("passwore".getBytes(US_ASCII))).as(letter).isFalse();
        }
    }

    @Test
    void usesOnly72BytesOfPassword() {
        Htpasswd users = PasswordFile.parse("bcrypt-2y");
        String first72 = "0123456789".repeat(8).substring(0, 72);

        assertThat(users.authenticate(credentials("erin", first72))).isTrue();
        assertThat(users.authenticate(credentials("erin", first72 + "anything"))).isTrue();
        assertThat(users.authenticate(credentials("erin", first72.substring(1)))).isFalse();
        assertThat(users.authenticate(credentials("erin", first72.substring(0, 71)))).isFalse();
    }

    @Test
    void acceptsPasswordThatIsNotUtf8() throws UnusableLineException {
        // perl -e 'print crypt("\xfe\xc3ab\xff", q($2b$05$Salt.of.our.own.Salt.e))'
        Bcrypt hash = parse("$2b$05$Salt.of.our.own.Salt.eK27GKedYsI4JSolu5cvMw43EdWF0bk.");

        assertThat(hash.matches(new byte[] {(byte) 0xfe, (byte) 0xc3, 'a', 'b', (byte) 0xff}))
                .isTrue();
        assertThat(hash.matches("\u00fe\u00c3ab\u00ff".getBytes(UTF_8))).isFalse();
    }

    /** From crypt(3): {@code perl -e 'print crypt("\xff\xff\xfe", q($2a$05$Forward…))'}. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "ffff fe, a, xoe/FwmTkAVvpM5acWQMW29VUSBe6rK",
        "ffff fe, y, kIJ0fAO9rWE1vdpTbhtFluLYhhpaGFa",
        "71ff ffff, a, 7oqi.sDEg7etWwlIz9wGW4DjGnfKfmi",
        "71ff ffff, y, 7oqi.sDEg7etWwlIz9wGW4DjGnfKfmi"
    })
    void hashesByteFfLikeCrypt3(String hex, String letter, String digest)
            throws UnusableLineException {
        byte[] password = HexFormat.of().parseHex(hex.replace(" ", ""));
        String salt = "$05$ForwardGuardForwardGuO";

        assertThat(parse("$2" + letter + salt + digest).matches(password)).isTrue();
        assertThat(parse("$2" + letter + salt + digest).matches(new byte[] {-1})).isFalse();
    }

    @Test
    void distinguishesLettersWhereTheyDiffer() throws UnusableLineException {
        byte[] password = HexFormat.of().parseHex("fffffe");
        String digestOfA = "$05$ForwardGuardForwardGuOxoe/FwmTkAVvpM5acWQMW29VUSBe6rK";
        String digestOfY = "$05$ForwardGuardForwardGuOkIJ0fAO9rWE1vdpTbhtFluLYhhpaGFa";

        assertThat(parse("$2a" + digestOfY).matches(password)).isFalse();
        assertThat(parse("$2y" + digestOfA).matches(password)).isFalse();
        assertThat(parse("$2b" + digestOfA).matches(password)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "03", "32", "99", "5", "005", "+5", "0x", ""})
    void rejectsInvalidCost(String cost) {
        assertRejected(GOOD.replace("$05$", "$" + cost + "$"), "malformed bcrypt hash");
    }

    @Test
    void rejectsCostAboveLimit() throws UnusableLineException {
        assertThat(parse(GOOD.replace("$05$", "$14$"))).hasToString("Bcrypt[cost=14]");
        assertRejected(GOOD.replace("$05$", "$15$"), "bcrypt cost above the limit of 14");
        assertRejected(GOOD.replace("$05$", "$31$"), "bcrypt cost above the limit of 14");
    }

    @Test
    void rejectsStrayBits() {
        char last = GOOD.charAt(GOOD.length() - 1);
        String strayBit = GOOD.substring(0, GOOD.length() - 1) + (char) (last + 1);

        assertRejected(strayBit, "malformed bcrypt hash");
        assertRejected(GOOD.substring(0, 28) + "v" + GOOD.substring(29), "malformed bcrypt hash");
    }

    @Test
    void rejectsOtherLengths() {
        assertRejected(GOOD + "u", "malformed bcrypt hash");
        assertRejected(GOOD.substring(0, GOOD.length() - 1), "malformed bcrypt hash");
        assertRejected("$2y$05$", "malformed bcrypt hash");
    }

    private static Bcrypt parse(String text) throws UnusableLineException {
        return Bcrypt.parse(text, HashLimits.DEFAULT);
    }

    private static void assertRejected(String text, String cause) {
        assertThatExceptionOfType(UnusableLineException.class)
                .isThrownBy(() -> parse(text))
                .withMessage(cause);
    }
}
