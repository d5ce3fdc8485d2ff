package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Parses arbitrary bytes as an htpasswd file. A normal build only replays the seeds; {@code
 * manifests/local/README.md} explains how to fuzz.
 */
class HtpasswdFuzzTest {
    /** A password that no seed contains and whose hash is not found by chance. */
    private static final String UNUSED = "q7Vd-0x-Zk2p-no-seed-has-it";

    /** The lowest possible limits. */
    private static final HashLimits LIMITS = new HashLimits(4, 5_000);

    /** The password is "abc". */
    private static final String LATE_HASH = ":{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

    @FuzzTest(maxDuration = "10m")
    void parsesOrRejectsWholeFile(byte[] content) {
        Optional<Htpasswd> read = parse(content);

        read.ifPresent(
                users -> {
                    assertThat(HtpasswdLine.in(content))
                            .hasSizeGreaterThanOrEqualTo(users.size() + users.rejectedCount());
                    assertThat(users.rejectedLines().size())
                            .isEqualTo(
                                    Math.min(users.rejectedCount(), Htpasswd.MAX_REPORTED_LINES));
                    assertThat(users.rejectedLines().stream().map(RejectedLine::number).toList())
                            .isSorted()
                            .doesNotHaveDuplicates();
                    assertThat(users.toString()).hasSizeLessThan(200); // numbers and one cause
                    assertWrongPasswordIsRejected(users);
                });
        assertGoodLineIsParsedAfter(content, read);
        assertFirstLineOfUserCounts(content, read);
    }

    private static void assertWrongPasswordIsRejected(Htpasswd users) {
        assertThat(users.authenticate(credentials("nobody-of-that-name", UNUSED))).isFalse();
        for (String user : users.mentioned().stream().sorted().limit(2).toList()) {
            assertThat(users.authenticate(credentials(user, UNUSED))).as(user).isFalse();
            assertThat(users.entry(user).isPresent()).isEqualTo(users.hasUser(user));
            assertThat(Username.decode(user.getBytes(UTF_8))).hasValue(user);
        }
    }

    /** A good line is parsed after any content, unless that names the same user. */
    private static void assertGoodLineIsParsedAfter(byte[] content, Optional<Htpasswd> read) {
        if (new String(content, UTF_8).contains("late:")) {
            return;
        }
        Htpasswd now = parse(followedBy(content, "late")).orElseThrow();

        assertThat(now.size()).isEqualTo(read.map(Htpasswd::size).orElse(0) + 1);
        if (now.size() == 1) {
            assertThat(now.authenticate(credentials("late", "abc"))).isTrue();
        }
    }

    /** The first line of a user counts, even an unusable one: it may lock the user out. */
    private static void assertFirstLineOfUserCounts(byte[] content, Optional<Htpasswd> read) {
        List<String> mentioned =
                read.stream()
                        .flatMap(users -> users.mentioned().stream())
                        .sorted()
                        .limit(1)
                        .toList();
        for (String user : mentioned) {
            Htpasswd now = parse(followedBy(content, user)).orElseThrow();
            assertThat(now.entry(user)).isEqualTo(read.orElseThrow().entry(user));
        }
    }

    private static byte[] followedBy(byte[] content, String user) {
        var more = new ByteArrayOutputStream();
        more.writeBytes(content);
        more.writeBytes(("\n" + user + LATE_HASH).getBytes(UTF_8));
        return more.toByteArray();
    }

    private static Optional<Htpasswd> parse(byte[] content) {
        try {
            return Optional.of(Htpasswd.parse(content, LIMITS));
        } catch (InvalidHtpasswdException documented) {
            return Optional.empty();
        }
    }
}
