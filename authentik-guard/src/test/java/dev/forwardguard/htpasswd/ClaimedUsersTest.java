package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.raw;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

class ClaimedUsersTest {

    /** Every name that is tried. */
    private static List<String> claimed(List<String> values) {
        List<String> names = new ArrayList<>();
        ClaimedUsers.mayName(
                values,
                name -> {
                    names.add(name);
                    return false;
                });
        return names;
    }

    private static boolean mayNameNobody(String... values) {
        return ClaimedUsers.mayName(List.of(values), name -> false);
    }

    /** "admin:s?>" in spellings that some program accepts as Basic credentials. */
    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
            strings = {
                "Basic YWRtaW46cz8+",
                "  bAsIc\t \tYWRtaW46cz8+",
                "Basic\u00a0YWRtaW46cz8+",
                "BasicYWRtaW46cz8+",
                "Basic:YWRtaW46cz8+",
                "Basic YWRtaW46cz8-",
                "Basic YWRtaW46cz8",
                "Basic YWRtaW46cz8+====",
                "Basic YWRt aW46\r\n cz8+",
                "Basic YWR%taW46cz8+",
                "Basic \"YWRtaW46cz8+\"",
                "Basic YWRtaW46",
                "Basic IGFkbWluIDpzPz4=",
                "Bearer abc, Basic YWRtaW46cz8+",
                "Basic Ym9iOng=,Basic YWRtaW46cz8+",
                "Proxy-Basic YWRtaW46cz8+",
                "Basic admin:s?>",
            })
    void findsUserInEverySpelling(String value) {
        assertThat(claimed(List.of(value))).contains("admin");
    }

    @Test
    void findsUsersInAllValues() {
        var values = List.of("Bearer x", "Basic YWRtaW46eA==", "Basic Ym9iOng=");

        assertThat(claimed(values)).contains("admin", "bob");
    }

    @Test
    void decodesUrlSafeBase64() {
        String value = "Basic " + Base64.getUrlEncoder().encodeToString("o>>o??:x".getBytes(UTF_8));

        assertThat(value).contains("-").contains("_");
        assertThat(claimed(List.of(value))).contains("o>>o??");
    }

    @Test
    void decodesNamesAsUtf8AndLatin1() {
        for (var charset : List.of(UTF_8, ISO_8859_1)) {
            String value = Presented.header("üser:x".getBytes(charset));

            assertThat(claimed(List.of(value))).contains("üser");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer YWRtaW46cz8+", "Basic", "Basic YWRtaW4=", "Negotiate YII"})
    void findsNoUserWithoutBasicCredentials(String value) {
        assertThat(claimed(List.of(value))).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void findsEveryUserOfStrictParser(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] userPass = new byte[random.nextInt(40)];
            random.nextBytes(userPass);
            String value = "basic  " + Base64.getEncoder().encodeToString(userPass) + " ";

            var strict = Credentials.parse(List.of(value));

            strict.ifPresent(it -> assertThat(claimed(List.of(value))).contains(it.user()));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void acceptsArbitraryBytes(long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(5_000)];
        random.nextBytes(bytes);

        assertThat(claimed(List.of(raw(bytes), "Basic " + raw(bytes))).size())
                .isLessThanOrEqualTo(8 * ClaimedUsers.MAX_READINGS);
    }

    @Test
    void looksAtEightOccurrencesInAllValues() {
        String bob = "Basic Ym9iOng= ";
        String admin = "Basic YWRtaW46cz8+";

        assertThat(claimed(List.of(bob.repeat(7) + admin))).contains("admin");
        assertThat(claimed(List.of(bob.repeat(3), bob.repeat(4), admin))).contains("admin");
        assertThat(mayNameNobody(bob.repeat(8))).isFalse();
    }

    @Test
    void cannotTellAboutMoreOccurrences() {
        String bob = "Basic Ym9iOng= ";

        assertThat(mayNameNobody(bob.repeat(9))).isTrue();
        assertThat(mayNameNobody(bob.repeat(4), bob.repeat(4), bob)).isTrue();
        assertThat(mayNameNobody("basic".repeat(50_000))).isTrue();
    }

    @Test
    void cannotTellAboutNameThatIsHiddenInJunk() {
        String junk = "!".repeat(ClaimedUsers.MAX_READING - "YWRtaW46".length());

        assertThat(claimed(List.of("Basic" + junk + "YWRtaW46cz8+"))).contains("admin");
        assertThat(mayNameNobody("Basic" + junk + "YWRtaW46cz8+")).isFalse();
        assertThat(mayNameNobody("Basic!" + junk + "YWRtaW46cz8+")).isTrue();
        assertThat(mayNameNobody("Basic" + junk + "!".repeat(8))).isFalse();
        assertThat(mayNameNobody("Basic" + junk + "!".repeat(9))).isTrue();
    }

    @Test
    void neverLooksIntoLongTokensOfOtherSchemes() {
        String token = "abc.:".repeat(50_000);

        assertThat(mayNameNobody("Bearer " + token, "Negotiate " + token)).isFalse();
        assertThat(claimed(List.of("Bearer " + token))).isEmpty();
    }

    /** Its beginning decodes to more than the longest name, without a colon. */
    @Test
    void recognizesLongTokenWithTheWordInIt() {
        String token = "Bearer eyJ.basic" + "abcd_-AZ".repeat(30_000);

        assertThat(mayNameNobody(token)).isFalse();
    }

    @Test
    void findsLongestName() {
        String longest = "x".repeat(Htpasswd.MAX_LINE_BYTES);
        String tooLong = longest + "x";

        for (String spelling :
                List.of(Presented.header(bytes(longest + ":")), "Basic" + longest + ":")) {
            assertThat(claimed(List.of(spelling))).contains(longest);
        }
        for (String spelling :
                List.of(Presented.header(bytes(tooLong + ":")), "Basic" + tooLong + ":")) {
            assertThat(claimed(List.of(spelling))).doesNotContain(tooLong);
            assertThat(mayNameNobody(spelling)).isFalse();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "bAsIc x", "Bearer a, BASIC", "xbasicx"})
    void findsSchemeAnywhere(String value) {
        assertThat(ClaimedUsers.mentionScheme(List.of("Bearer x", value))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basi", "Bearer b a s i c", "Digest", "\u00e2asic"})
    void findsNoSchemeInOtherWords(String value) {
        assertThat(ClaimedUsers.mentionScheme(List.of(value))).isFalse();
    }

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }
}
