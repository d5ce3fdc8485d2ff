package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;
import static dev.forwardguard.htpasswd.Presented.header;
import static dev.forwardguard.htpasswd.Presented.raw;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** For arbitrary bytes: only the documented exception is thrown, and no login succeeds. */
class HtpasswdPropertiesTest {
    /** Typical parts of files and headers; random bytes alone rarely get past the first checks. */
    private static final List<String> PIECES =
            List.of(
                    "\n",
                    "\r\n",
                    ":",
                    "::",
                    "#",
                    " ",
                    "\t",
                    "\0",
                    "\ufeff",
                    "alice",
                    "bob",
                    "ü",
                    "$",
                    "$1$",
                    "$apr1$",
                    "$2y$",
                    "$2x$05$",
                    "$5$",
                    "$6$",
                    "rounds=",
                    "1000$",
                    "999999999$",
                    "05$",
                    "{SHA}",
                    "{SSHA}",
                    "{PLAIN}",
                    "=",
                    "==",
                    "YWxpY2U6",
                    "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
                    "abcdefghijklmnopqrstuu",
                    "....",
                    "Basic ");

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void rejectsLoginsForArbitraryFiles(long seed) {
        Random random = new Random(seed);
        byte[] content = bytes(random, 40);

        parse(content)
                .ifPresent(
                        users -> {
                            assertThat(users.authenticate(credentials("alice", "s3cret")))
                                    .isFalse();
                            assertThat(users.authenticate(credentials("", ""))).isFalse();
                        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void rejectsLoginsForArbitraryHeaders(long seed) {
        Random random = new Random(seed);
        Htpasswd users = PasswordFile.parse("sha1");
        byte[] bytes = bytes(random, 12);
        var values = List.of(raw(bytes), "Basic " + raw(bytes), header(bytes));

        for (String value : values) {
            Credentials.parse(List.of(value))
                    .ifPresent(it -> assertThat(users.authenticate(it)).as(value).isFalse());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void acceptsOnlyCorrectPassword(long seed) {
        Random random = new Random(seed);
        Htpasswd users = PasswordFile.parse("sha1");
        byte[] password = "correct horse".getBytes(UTF_8);

        byte[] other =
                switch (random.nextInt(3)) {
                    case 0 -> Arrays.copyOf(password, random.nextInt(password.length));
                    case 1 -> flipped(password, random);
                    default -> (new String(password, UTF_8) + "x").getBytes(UTF_8);
                };

        Credentials.parse(List.of(header("alice", other)))
                .ifPresent(it -> assertThat(users.authenticate(it)).isFalse());
        assertThat(users.authenticate(credentials("alice", password))).isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsGoodLinesBetweenBadOnes(long seed) {
        Random random = new Random(seed);
        var content = new ByteArrayOutputStream();
        content.writeBytes(bytes(random, 20));
        content.writeBytes("\nsurvivor:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\n".getBytes(UTF_8));
        content.writeBytes(bytes(random, 20));

        Htpasswd users = parse(content.toByteArray()).orElseThrow();

        assertThat(users.authenticate(credentials("survivor", "abc"))).isTrue();
        assertThat(users.authenticate(credentials("survivor", "abd"))).isFalse();
    }

    private static Optional<Htpasswd> parse(byte[] content) {
        try {
            return Optional.of(Htpasswd.parse(content, new HashLimits(4, 5_000)));
        } catch (InvalidHtpasswdException documented) {
            return Optional.empty();
        }
    }

    private static byte[] bytes(Random random, int pieces) {
        var bytes = new ByteArrayOutputStream();
        for (int i = random.nextInt(pieces); i > 0; i--) {
            if (random.nextInt(4) == 0) {
                bytes.write(random.nextInt(256));
            } else {
                bytes.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] flipped(byte[] password, Random random) {
        byte[] other = password.clone();
        other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
        return other;
    }

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }
}
