package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class HtpasswdTest {
    /** The password is {@code abc}. */
    private static final String ABC = "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

    @Nested
    class Parsing {

        @Test
        void parsesHandEditedFile() {
            Htpasswd users = PasswordFile.parse("hand-edited");

            assertThat(users.size()).isEqualTo(4);
            for (String user : List.of("first", "commented", "te#st", "no-newline")) {
                assertThat(users.authenticate(credentials(user, user))).as(user).isTrue();
            }
            assertThat(users.rejectedLines())
                    .containsExactly(
                            new RejectedLine(7, "no colon after the user name"),
                            new RejectedLine(
                                    8,
                                    "a hash without a user name: both have to be on the same line"),
                            new RejectedLine(9, "no password hash; it has to be on the same line"),
                            new RejectedLine(
                                    10, "plain text or DES crypt (too weak), or an unknown format"),
                            new RejectedLine(11, "duplicate user, the first line counts"),
                            new RejectedLine(12, "NUL byte, as in UTF-16: save the file as UTF-8"),
                            new RejectedLine(
                                    13,
                                    "user name with control characters or white space around it, or not UTF-8"),
                            new RejectedLine(14, "duplicate user, the first line counts"));
        }

        @Test
        void usesFirstLineOfUserEvenIfUnusable() {
            Htpasswd users = PasswordFile.parse("hand-edited");

            assertThat(users.authenticate(credentials("first", "second"))).isFalse();
            assertThat(users.authenticate(credentials("locked", "locked"))).isFalse();
            assertThat(users.hasUser("locked")).isFalse();
        }

        @Test
        void comparesUserNamesExactly() {
            Htpasswd users = PasswordFile.of("alice:" + ABC);

            for (String user : List.of("Alice", "alic", "alicea")) {
                assertThat(users.authenticate(credentials(user, "abc"))).as(user).isFalse();
            }
            assertThat(users.authenticate(credentials("alice", "abc"))).isTrue();
        }

        @Test
        void rejectsUserWithSurroundingWhiteSpace() {
            Htpasswd users = PasswordFile.of("alice:" + ABC, " padded :" + ABC);

            assertThat(users.size()).isEqualTo(1);
            assertThat(users.rejectedLines()).extracting(RejectedLine::number).containsExactly(2);
        }

        /** As Apache and Traefik do. */
        @ParameterizedTest
        @ValueSource(strings = {" ", "\t", "  \t ", " \r", " :third field", " \t:third"})
        void dropsBlanksBehindHash(String behind) {
            Htpasswd users = PasswordFile.of("alice:" + ABC + behind);

            assertThat(users.authenticate(credentials("alice", "abc"))).isTrue();
            assertThat(users.entry("alice"))
                    .isEqualTo(PasswordFile.of("alice:" + ABC).entry("alice"));
        }

        /** What people did really, and what they have to do. */
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "bob:$$2y$$05$$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO | doubled",
                    "bob:$$apr1$$salt$$CDq9.ZWAjRk.OK0uMIYXc. | doubled",
                    "\"bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\" | in quotes",
                    "'bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=' | in quotes",
                    "`'bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0='  ` | in quotes",
                    "\"bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0= | in quotes",
                    "`'bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=` | in quotes",
                    "bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\" | in quotes",
                    "`bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=' ` | in quotes",
                    "bob:\"{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\" | in quotes",
                    "bob:\"{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0= | in quotes",
                    "`'` | in quotes",
                    "bob:' | in quotes",
                    "Ym9iOntTSEF9cVprK05rY0dnV3E2UGlWeGVGRENiSnpRMkowPQo= | base64",
                    "`Ym9iOntTSEF9cVprK05rY0dnV3E2UGlWeGVGRENiSnpRMkowPQo= \t` | base64",
                    "`  bob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=` | indented",
                    "`\tbob:{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=` | indented",
                    "bob: | on the same line",
                    ":{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0= | on the same line",
                    "{SHA}qZk+NkcGgWq6PiVxeFDCbJzQ2J0= | without a user",
                    "$2y$05$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO | without a user"
                })
        void namesUsualAccident(String line, String cause) {
            Htpasswd users = PasswordFile.of("good:" + ABC, line);

            assertThat(users.hasUser("bob")).isFalse();
            assertThat(users.rejectedLines())
                    .singleElement()
                    .satisfies(each -> assertThat(each.cause()).contains(cause))
                    .satisfies(
                            each -> assertThat(each.cause()).doesNotContain("bob", "qZk", "$2y"));
        }

        /** As a whole, in the YAML of a Secret or in a shell; a line in the middle has none. */
        @ParameterizedTest
        @ValueSource(strings = {"\"", "'"})
        void saysThatWholeFileIsInQuotes(String quote) {
            Htpasswd users =
                    PasswordFile.of(quote + "alice:" + ABC, "bob:" + ABC, "carl:" + ABC + quote);

            assertThat(users.mentioned()).containsExactlyInAnyOrder("bob", "carl");
            assertThat(users.rejectedLines())
                    .extracting(RejectedLine::number)
                    .containsExactly(1, 3);
            assertThat(users.rejectedLines())
                    .extracting(RejectedLine::cause)
                    .allMatch(cause -> cause.contains("in quotes"));
        }

        /** Or a password that was changed, or taken away, would be right again. */
        @ParameterizedTest
        @ValueSource(strings = {"\"" + ABC + "\"", "''", "'locked'", ABC + "\""})
        void lineWithQuotesCountsBeforeLaterOne(String first) {
            Htpasswd users = PasswordFile.of("alice:" + first, "alice:" + ABC, "bob:" + ABC);

            assertThat(users.mentioned()).containsExactlyInAnyOrder("alice", "bob");
            assertThat(users.rejectedLines())
                    .extracting(RejectedLine::number)
                    .containsExactly(1, 2);
            assertThat(users.rejectedLines().getLast().cause()).contains("duplicate user");
        }

        @Test
        void acceptsQuotesInThirdField() {
            Htpasswd users = PasswordFile.of("alice:" + ABC + ":the \"boss\"", "o'neil:" + ABC);

            assertThat(users.mentioned()).containsExactlyInAnyOrder("alice", "o'neil");
            assertThat(users.rejectedLines()).isEmpty();
        }

        /** Each line of it would be unusable for another reason. */
        @ParameterizedTest
        @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
        void saysThatFileIsUtf16(String encoding) {
            byte[] content = ("\uFEFFalice:" + ABC + "\r\n").getBytes(Charset.forName(encoding));

            assertThatExceptionOfType(InvalidHtpasswdException.class)
                    .isThrownBy(() -> Htpasswd.parse(content, HashLimits.DEFAULT))
                    .withMessage("UTF-16: save the file as UTF-8");
        }

        /** Without its mark, or appended to another one, as PowerShell does. */
        @Test
        void namesUtf16WithoutMark() {
            var little = new String(("bob:" + ABC).getBytes(UTF_16LE), UTF_8);

            Htpasswd users = PasswordFile.of("good:" + ABC, little);

            assertThat(users.rejectedLines().getFirst().cause()).contains("UTF-16");
        }

        /** In one line, however long, and in lines of the usual length. */
        @ParameterizedTest
        @CsvSource({"1, alice", "3, alice", "300, alice", "3, jörg", "1, alice@example.com"})
        void saysThatWholeFileIsBase64(int users, String name) {
            byte[] file = (name + ":" + ABC + "\n").repeat(users).getBytes(UTF_8);

            for (int length : List.of(76, 0)) {
                byte[] base64 = Base64.getMimeEncoder(length, new byte[] {'\n'}).encode(file);
                assertThatExceptionOfType(InvalidHtpasswdException.class)
                        .isThrownBy(() -> Htpasswd.parse(base64, HashLimits.DEFAULT))
                        .withMessageStartingWith(
                                "no usable entry; line 1: base64 of an htpasswd file");
            }
        }

        @Test
        void rejectsEmptyUser() {
            Htpasswd users = PasswordFile.of("alice:" + ABC, ":" + ABC);

            assertThat(users.authenticate(credentials("", "abc"))).isFalse();
            assertThat(users.authenticate(credentials("", ""))).isFalse();
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource({
            "$2x$05$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO, broken form of bcrypt",
            "$2z$05$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO, unsupported",
            "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7,"
                    + " unsupported",
            "$argon2id$v=19$m=65536, unsupported hash format",
            "{PLAIN}abc, too weak",
            "{sha}qZk+NkcGgWq6PiVxeFDCbJzQ2J0=, too weak",
            "abc, too weak",
            "*, too weak",
        })
        void reportsCauseOfRejectedFormat(String hash, String cause) {
            Htpasswd users = PasswordFile.of("good:" + ABC, "bad:" + hash);

            assertThat(users.hasUser("bad")).isFalse();
            assertThat(users.rejectedLines())
                    .singleElement()
                    .satisfies(line -> assertThat(line.number()).isEqualTo(2))
                    .satisfies(line -> assertThat(line.cause()).contains(cause));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "\n", "\r\n", " \n\t\n", "# alice:x", "#", "\n\n# a\n  # b\r\n"})
        void acceptsFileWithoutEntries(String content) {
            Htpasswd users = PasswordFile.of(content);

            assertThat(users.isEmpty()).isTrue();
            assertThat(users.size()).isZero();
            assertThat(users.rejectedLines()).isEmpty();
            assertThat(users.authenticate(credentials("alice", ""))).isFalse();
        }

        @Test
        void rejectsFileWithoutUsableEntries() {
            assertThatExceptionOfType(InvalidHtpasswdException.class)
                    .isThrownBy(() -> PasswordFile.of("# users", "<html>secret</html>", "a:b"))
                    .withMessage("no usable entry; line 2: no colon after the user name");
        }

        @Test
        void neverPrintsTextOfFile() {
            Htpasswd users = PasswordFile.of("alice:" + ABC, "bob:hunter2", "hunter3");

            assertThat(users)
                    .hasToString(
                            "Htpasswd[users=1, rejectedLines=2, first line 2: plain text or DES crypt"
                                    + " (too weak), or an unknown format]");
            assertThat(users.rejectedLines().toString())
                    .contains("line 2: ", "line 3: ")
                    .doesNotContain("hunter", "bob");
        }
    }

    @Nested
    class Limits {

        @Test
        void acceptsLinesUpToFourKibibytes() {
            String longest = "a:" + ABC + ":" + "x".repeat(4096 - 3 - ABC.length());

            Htpasswd users = PasswordFile.of(longest, "b" + longest, "#" + longest, "c:" + ABC);

            assertThat(users.hasUser("a")).isTrue();
            assertThat(users.hasUser("c")).isTrue();
            assertThat(users.rejectedLines())
                    .containsExactly(new RejectedLine(2, "longer than 4 KiB"));
        }

        @Test
        void acceptsUpToTenThousandEntries() {
            var lines = new ArrayList<String>();
            lines.add("# not an entry");
            IntStream.range(0, 9_999).mapToObj(i -> "user" + i + ":" + ABC).forEach(lines::add);
            lines.add("rejected");

            assertThat(PasswordFile.of(String.join("\n", lines)).size()).isEqualTo(9_999);

            lines.add("one-more:" + ABC);
            assertThatExceptionOfType(InvalidHtpasswdException.class)
                    .isThrownBy(() -> PasswordFile.of(String.join("\n", lines)))
                    .withMessage("line 10002: more than 10000 entries");
        }

        @Test
        void listsFirstHundredRejectedLinesAndCountsAll() {
            Htpasswd users = PasswordFile.of("a:" + ABC, "b\n".repeat(500));

            assertThat(users.rejectedLines())
                    .extracting(RejectedLine::number)
                    .containsExactlyElementsOf(IntStream.rangeClosed(2, 101).boxed().toList());
            assertThat(users.rejectedCount()).isEqualTo(500);
            assertThat(users)
                    .hasToString(
                            "Htpasswd[users=1, rejectedLines=500, first line 2: no colon after the"
                                    + " user name]");
        }

        @Test
        void acceptsUserNamesUpTo255Bytes() {
            String longest = "é".repeat(127) + "a";

            Htpasswd users = PasswordFile.of(longest + ":" + ABC, "a" + longest + ":" + ABC);

            assertThat(users.authenticate(credentials(longest, "abc"))).isTrue();
            assertThat(users.rejectedLines())
                    .containsExactly(new RejectedLine(2, "user name longer than 255 bytes"));
        }

        @Test
        void acceptsFilesUpToOneMebibyte() {
            byte[] largest = ("a:" + ABC + "\n" + "\n".repeat(1 << 20)).getBytes(UTF_8);

            assertThatExceptionOfType(InvalidHtpasswdException.class)
                    .isThrownBy(() -> Htpasswd.parse(largest, HashLimits.DEFAULT))
                    .withMessage("larger than 1 MiB");
            byte[] fits = Arrays.copyOf(largest, 1 << 20);
            assertThat(Htpasswd.parse(fits, HashLimits.DEFAULT).hasUser("a")).isTrue();
        }

        @Test
        void rejectsCostsAboveGivenLimits() {
            byte[] content =
                    ("a:" + ABC + "\n" + new String(PasswordFile.read("bcrypt-2y"), UTF_8))
                            .replace("alice", "x")
                            .getBytes(UTF_8);

            assertThat(Htpasswd.parse(content, new HashLimits(5, 5_000)).rejectedLines()).isEmpty();
            assertThat(Htpasswd.parse(content, new HashLimits(4, 5_000)).rejectedLines())
                    .hasSize(5)
                    .allMatch(line -> line.cause().equals("bcrypt cost above the limit of 4"));
        }
    }

    @Nested
    class Authenticating {
        private final Htpasswd users = PasswordFile.parse("sha1");
        private final List<PasswordHash> checked = new ArrayList<>();

        @ParameterizedTest
        @ValueSource(strings = {"alice", "nobody", ""})
        void checksOneHashForKnownAndUnknownUsers(String user) {
            users.authenticate(credentials(user, "x"), this::isRight);

            assertThat(checked).singleElement().isSameAs(users.hashFor(user));
        }

        @Test
        void rejectsUnknownUserEvenIfHashMatches() {
            for (int i = 0; i < 100; i++) {
                Credentials unknown = credentials("nobody" + i, "x");
                assertThat(users.authenticate(unknown, (hash, password) -> true)).isFalse();
            }
            assertThat(users.authenticate(credentials("alice", "x"), (h, p) -> true)).isTrue();
        }

        @Test
        void rejectsUnknownUserWithPasswordOfDecoy() {
            for (String password : PasswordFile.PASSWORDS.values()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(users.authenticate(credentials("nobody" + i, password))).isFalse();
                }
            }
        }

        @Test
        void usesSameDecoyForSameUnknownUser() {
            assertThat(users.hashFor("nobody")).isSameAs(users.hashFor("nobody"));
        }

        @Test
        void distributesUnknownUsersOverAllEntries() {
            Map<PasswordHash, Long> counts =
                    IntStream.range(0, 5_000)
                            .mapToObj(i -> users.hashFor("nobody" + i))
                            .collect(Collectors.groupingBy(it -> it, Collectors.counting()));

            // 1,000 each are expected; 800 is seven standard deviations away.
            assertThat(counts).hasSize(5).allSatisfy((hash, n) -> assertThat(n).isGreaterThan(800));
        }

        @Test
        void skipsHashingWithoutUsers() {
            assertThat(PasswordFile.of("").authenticate(credentials("a", "b"), this::isRight))
                    .isFalse();
            assertThat(checked).isEmpty();
        }

        /** Measures CPU time, which other processes do not affect. */
        @ParameterizedTest
        @ValueSource(strings = {"cheap", "md5", "cheaper", "nobody"})
        void rejectsEveryUserAsSlowlyAsMostExpensive(String user) {
            Htpasswd mixed =
                    PasswordFile.of(
                            "dear:$2y$08$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                            "cheaper:$2y$04$sEkOBuSwKi4WiRPorNjJK.jfsJaiIaSkH/GxfJ/41LlGA//4hNrEO",
                            "md5:$apr1$WYdQo.A2$ujs72eVNZf54hFAzgEAMr.",
                            "cheap:" + ABC);

            assertThat(rejectionTime(mixed, user))
                    .isGreaterThan(rejectionTime(mixed, "dear").dividedBy(2));
        }

        private static Duration rejectionTime(Htpasswd users, String user) {
            var clock = ManagementFactory.getThreadMXBean();
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long begun = clock.getCurrentThreadCpuTime();
                assertThat(users.authenticate(credentials(user, "x"))).isFalse();
                shortest = Math.min(shortest, clock.getCurrentThreadCpuTime() - begun);
            }
            return Duration.ofNanos(shortest);
        }

        @Test
        void propagatesFailureOfCheck() {
            assertThatIllegalStateException()
                    .isThrownBy(
                            () ->
                                    users.authenticate(
                                            credentials("alice", "correct horse"),
                                            (hash, password) -> {
                                                throw new IllegalStateException("no SHA-1");
                                            }));
        }

        private boolean isRight(PasswordHash hash, byte[] password) {
            checked.add(hash);
            return hash.matches(password);
        }
    }

    @Test
    void returnsUnmodifiableLines() {
        Htpasswd users = PasswordFile.of("a:" + ABC, "b");

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> users.rejectedLines().clear());
    }
}
