package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Whatever the bytes of an htpasswd file are. An ordinary build only plays the seeds back; the
 * README says how to fuzz.
 */
class HtpasswdFuzzTest {
    /** In no seed, and nobody finds a hash of it by chance. */
    private static final String NEVER = "q7Vd-0x-Zk2p-no-seed-has-it";

    /** As cheap as limits can be. */
    private static final HashLimits LIMITS = new HashLimits(4, 5_000);

    /** The password is "abc". */
    private static final String LATE_HASH = ":{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

    @FuzzTest(maxDuration = "10m")
    void aFileIsReadOrRefusedAsAWhole(byte[] content) {
        Optional<Htpasswd> read = parse(content);

        read.ifPresent(
                users -> {
                    assertThat(users.size() + users.rejectedLines().size())
                            .isLessThanOrEqualTo(HtpasswdLine.in(content).size());
                    assertThat(users.rejectedLines().stream().map(RejectedLine::number).toList())
                            .isSorted()
                            .doesNotHaveDuplicates();
                    assertThat(users.toString()).hasSizeLessThan(60);
                    nobodyGetsInByAPasswordThatIsNotHis(users);
                });
        neighboursDoNotMatter(content, read);
        noLaterLineBringsAnybodyBack(content, read);
    }

    private static void nobodyGetsInByAPasswordThatIsNotHis(Htpasswd users) {
        assertThat(users.authenticate(credentials("nobody-of-that-name", NEVER))).isFalse();
        for (String user : users.mentioned().stream().sorted().limit(2).toList()) {
            assertThat(users.authenticate(credentials(user, NEVER))).as(user).isFalse();
            assertThat(users.entry(user).isPresent()).isEqualTo(users.hasUser(user));
            assertThat(Username.decode(user.getBytes(UTF_8))).hasValue(user);
        }
    }

    /** A good line is read, whatever stands before it, unless it is about the same user. */
    private static void neighboursDoNotMatter(byte[] content, Optional<Htpasswd> read) {
        if (new String(content, UTF_8).contains("late:")) {
            return;
        }
        Htpasswd now = parse(followedBy(content, "late")).orElseThrow();

        assertThat(now.size()).isEqualTo(read.map(Htpasswd::size).orElse(0) + 1);
        if (now.size() == 1) {
            assertThat(now.authenticate(credentials("late", "abc"))).isTrue();
        }
    }

    /** The first line of a user counts, even one that cannot be used: it may lock him out. */
    private static void noLaterLineBringsAnybodyBack(byte[] content, Optional<Htpasswd> read) {
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
