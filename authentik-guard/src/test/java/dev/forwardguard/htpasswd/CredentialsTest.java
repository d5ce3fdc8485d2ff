package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.header;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class CredentialsTest {

    @ParameterizedTest(name = "{0} -> {1} and {2}")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                // RFC 7617 §2 and §2.1
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==|Aladdin|open sesame",
                "Basic dGVzdDoxMjPCow==|test|123£",
                "basic YTpi|a|b",
                "bASIC YTpi|a|b",
                "Basic   YTpi|a|b",
                "Basic YTpi \t |a|b",
                "Basic YTpiOmM6|a|b:c:",
                "Basic YTo=|a|''",
                "Basic OmE=|''|a",
                "Basic Og==|''|''",
                "Basic YTogYiA=|a| b ",
            })
    void parsesUserAndPassword(String value, String user, String password) {
        assertThat(Credentials.parse(List.of(value)))
                .hasValueSatisfying(
                        credentials -> {
                            assertThat(credentials.user()).isEqualTo(user);
                            assertThat(credentials.password()).isEqualTo(password.getBytes(UTF_8));
                        });
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "BasicYTpi",
                "Basic\tYTpi",
                "Basic \tYTpi",
                "Basic\u00a0YTpi",
                " Basic YTpi",
                "Ba\u017fic YTpi",
                "Basic: YTpi",
                "Bearer YTpi",
                "BasicX YTpi",
                "Basic realm=\"a:b\"",
                "Basic a:b",
                "Basic YTpi, Basic YTpi",
                "Basic YT pi",
                "Basic YTpi=",
                "Basic YTo",
                "Basic YTo==",
                "Basic YTo=YTo=",
                "Basic YTp=",
                "Basic =YTo",
                "Basic ====",
                "Basic YTp",
                "Basic YTr_Pw==",
                "Basic YTr-Pw==",
                "Basic YT%70i",
                "Basic YTpi\r\n",
                "Basic YTpi\0",
                "Basic dXNlcmlk",
            })
    void rejectsAnythingElse(String value) {
        assertThat(Credentials.parse(List.of(value))).isEmpty();
    }

    @Test
    void rejectsMissingAndRepeatedHeader() {
        assertThat(Credentials.parse(List.of())).isEmpty();
        assertThat(Credentials.parse(List.of("Basic YTpi", "Basic YTpi"))).isEmpty();
        assertThat(Credentials.parse(List.of("Basic YTpi", ""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\n", "\u001f", "\u007f", "\u0080", "\u009f"})
    void rejectsControlCharactersInUser(String user) {
        assertThat(Credentials.parse(List.of(header((user + ":p").getBytes(UTF_8))))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00fc", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00e2\u0082"})
    void rejectsUserThatIsNotUtf8(String bytes) {
        String value = header((bytes + ":p").getBytes(ISO_8859_1));

        assertThat(Credentials.parse(List.of(value))).isEmpty();
    }

    @Test
    void rejectsOnlyNulInPassword() {
        for (int b = 0; b <= 0xff; b++) {
            byte[] password = {'x', (byte) b};

            var credentials = Credentials.parse(List.of(header("a", password)));

            if (b == 0) {
                assertThat(credentials).isEmpty();
            } else {
                assertThat(credentials.orElseThrow().password()).isEqualTo(password);
            }
        }
    }

    @Test
    void acceptsAtMostFourKibibytes() {
        String longest = header("a", "x".repeat(4094).getBytes(UTF_8));
        String tooLong = header("a", "x".repeat(4095).getBytes(UTF_8));

        assertThat(Credentials.parse(List.of(longest))).isPresent();
        assertThat(Credentials.parse(List.of(tooLong))).isEmpty();
        assertThat(Credentials.parse(List.of("Basic " + "YTpi".repeat(1_000_000)))).isEmpty();
        assertThat(Credentials.parse(List.of("Basic" + " ".repeat(1_000_000)))).isEmpty();
    }

    @Test
    void neverPrintsPassword() {
        assertThat(Presented.credentials("alice", "s3cret").toString())
                .contains("alice")
                .doesNotContain("s3cret");
    }

    @Test
    void isImmutableValue() {
        Credentials credentials = Presented.credentials("a", "b");

        credentials.password()[0] = 'c';

        assertThat(credentials)
                .isEqualTo(Presented.credentials("a", "b"))
                .hasSameHashCodeAs(Presented.credentials("a", "c"))
                .isNotEqualTo(Presented.credentials("a", "c"))
                .isNotEqualTo(Presented.credentials("b", "b"))
                .isNotEqualTo(null);
    }

    /** A header loses white space in transit, so the backend would see another user. */
    @Test
    void rejectsUserWithSurroundingWhiteSpace() {
        for (String name : List.of(" user", "user ", "\u00a0user\u2003", " ")) {
            byte[] pair = (name + ":secret").getBytes(java.nio.charset.StandardCharsets.UTF_8);
            String header = "Basic " + java.util.Base64.getEncoder().encodeToString(pair);

            boolean blank = name.strip().length() < name.length();

            assertThat(Credentials.parse(List.of(header)).isEmpty()).isEqualTo(blank);
        }
    }
}
