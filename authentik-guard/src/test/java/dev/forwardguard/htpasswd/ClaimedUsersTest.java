package dev.forwardguard.htpasswd;

import static dev.forwardguard.htpasswd.Presented.raw;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

class ClaimedUsersTest {

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
        assertThat(ClaimedUsers.in(List.of(value))).contains("admin");
    }

    @Test
    void findsUsersInAllValues() {
        var values = List.of("Bearer x", "Basic YWRtaW46eA==", "Basic Ym9iOng=");

        assertThat(ClaimedUsers.in(values)).contains("admin", "bob");
    }

    @Test
    void decodesUrlSafeBase64() {
        String value = "Basic " + Base64.getUrlEncoder().encodeToString("o>>o??:x".getBytes(UTF_8));

        assertThat(value).contains("-").contains("_");
        assertThat(ClaimedUsers.in(List.of(value))).contains("o>>o??");
    }

    @Test
    void decodesNamesAsUtf8AndLatin1() {
        for (var charset : List.of(UTF_8, ISO_8859_1)) {
            String value = Presented.header("üser:x".getBytes(charset));

            assertThat(ClaimedUsers.in(List.of(value))).contains("üser");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer YWRtaW46cz8+", "Basic", "Basic YWRtaW4=", "Negotiate YII"})
    void findsNoUserWithoutBasicCredentials(String value) {
        assertThat(ClaimedUsers.in(List.of(value))).isEmpty();
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

            strict.ifPresent(it -> assertThat(ClaimedUsers.in(List.of(value))).contains(it.user()));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void acceptsArbitraryBytes(long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(5_000)];
        random.nextBytes(bytes);

        assertThat(ClaimedUsers.in(List.of(raw(bytes), "Basic " + raw(bytes)))).isNotNull();
    }

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }
}
