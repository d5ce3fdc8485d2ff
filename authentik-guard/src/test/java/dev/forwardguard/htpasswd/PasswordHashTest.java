package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** All formats, checked against files and test vectors of other programs. */
class PasswordHashTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void acceptsHashesOfCommonTools(String format) {
        Htpasswd users = PasswordFile.parse(format);

        assertThat(users.rejectedLines()).isEmpty();
        assertThat(users.size()).isBetween(4, 5);
        PasswordFile.PASSWORDS.forEach(
                (user, password) ->
                        assertThat(users.authenticate(credentials(user, password)))
                                .as(user)
                                .isEqualTo(users.hasUser(user)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void rejectsWrongPasswords(String format) {
        Htpasswd users = PasswordFile.parse(format);
        var wrong = List.of("", " ", "correct", "correct horse ", "Correct horse", "correct horsf");

        for (String password : wrong) {
            assertThat(users.authenticate(credentials("alice", password))).as(password).isFalse();
        }
        byte[] latin1 = "Grüße".getBytes(ISO_8859_1);
        assertThat(users.authenticate(credentials("carol", latin1))).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void rejectsHashTextAsPassword(String format) {
        Htpasswd users = PasswordFile.parse(format);

        for (String line : new String(PasswordFile.read(format), UTF_8).split("\n", -1)) {
            String hash = line.substring(line.indexOf(':') + 1);
            assertThat(users.authenticate(credentials("alice", hash))).isFalse();
        }
    }

    @Test
    void matchesOpensslForEveryLength() {
        Htpasswd users = PasswordFile.parse("lengths");
        assertThat(users.size()).isEqualTo(100);

        for (String format : List.of("1", "apr1", "5", "6")) {
            for (int n = 1; n < 256; n++) {
                String user = format + "-" + n;
                String password = "0123456789".repeat(26).substring(0, n);
                assertThat(users.authenticate(credentials(user, password)))
                        .as(user)
                        .isEqualTo(users.hasUser(user));
            }
        }
    }

    /** From the named documents, each confirmed with openssl or libxcrypt. */
    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "myPassword, {SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=, Apache httpd: Password Formats",
        "myPassword, $2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC, "
                + "Apache httpd: Password Formats (bcrypt)",
        "abc, {SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=, FIPS 180 example",
        "Hello world!, $5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5, "
                + "SHA-crypt specification ($5$)",
        "Hello world!, $6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u"
                + "4OTLiBFdcbYEdFCoEOfaS35inz1, SHA-crypt specification ($6$)",
    })
    void matchesPublishedExamples(String password, String hash, String source) {
        Htpasswd users = PasswordFile.of("u:" + hash);

        assertThat(users.authenticate(credentials("u", password))).as(source).isTrue();
        assertThat(users.authenticate(credentials("u", password + "x"))).as(source).isFalse();
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("formatsWithSeeds")
    void rejectsPasswordAfterHashMutation(String format, long seed) {
        Random random = new Random(seed);
        String line = new String(PasswordFile.read(format), UTF_8).lines().findFirst().orElse("");
        int at = "alice:".length() + random.nextInt(line.length() - "alice:".length());
        char other = (char) (' ' + random.nextInt('~' - ' '));
        String mutated = line.substring(0, at) + other + line.substring(at + 1);
        // $2y$, $2a$ and $2b$ are one algorithm.
        if (mutated.equals(line) || (format.startsWith("bcrypt") && at == "alice:$2".length())) {
            return;
        }
        Htpasswd users = PasswordFile.of("other:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", mutated);

        assertThat(users.authenticate(credentials("alice", "correct horse"))).as(mutated).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"des-crypt", "plain"})
    void rejectsWeakFormats(String format) {
        assertThatExceptionOfType(InvalidHtpasswdException.class)
                .isThrownBy(() -> PasswordFile.parse(format))
                .withMessageContaining("no usable entry")
                .withMessageContaining("too weak");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formats")
    void neverPrintsHash(String format) {
        Htpasswd users = PasswordFile.parse(format);

        String printed = users.hashFor("alice").toString();

        assertThat(printed).hasSizeLessThan(40);
        for (String part : new String(PasswordFile.read(format), UTF_8).split("[\n:$}]", -1)) {
            if (part.length() > 7 && !part.startsWith("rounds=")) {
                assertThat(printed).doesNotContain(part);
            }
        }
    }

    static Stream<String> formats() {
        return PasswordFile.FORMATS.stream();
    }

    static Stream<Arguments> formatsWithSeeds() {
        return formats()
                .flatMap(
                        format ->
                                new Random(format.length())
                                        .longs(40)
                                        .mapToObj(seed -> Arguments.of(format, seed)));
    }
}
