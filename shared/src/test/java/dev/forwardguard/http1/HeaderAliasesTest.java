package dev.forwardguard.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Locale;
import java.util.Random;

class HeaderAliasesTest {
    private static final List<String> NAMES =
            List.of("X-User-Name", "X-User2-Id", "X-Meta", "X-" + "Y".repeat(70));

    private final HeaderAliases aliases = HeaderAliases.of(NAMES);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X_User_Name",
                "X_User-Name",
                "X-User_Name",
                "x.user.name",
                "X~USER!NAME",
                "X-User Name",
                "X-User\u00e4Name",
                "X-User\u0000Name",
                "X+User2|Id",
                "X'Meta"
            })
    void findsOtherSpellings(String name) {
        assertThat(aliases.contain(name)).isTrue();
        assertThat(aliases.contain(new AsciiString(name))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "X-User-Name",
                "x-user-name",
                "X-USER-NAME",
                "X-User2-Id",
                "X_User_Id",
                "X-User2-I_",
                "X_Users_Name",
                "X_User_Name_",
                "_X_User_Name",
                "X__User_Name",
                "XaUserbName",
                "X1User2Name",
                "XUserName",
                "Cookie",
                "X_Meta_"
            })
    void findsNothingElse(String name) {
        assertThat(aliases.contain(name)).isFalse();
        assertThat(aliases.contain(new AsciiString(name))).isFalse();
    }

    @Test
    void readsNamesLongerThan64() {
        assertThat(aliases.contain("X_" + "y".repeat(70))).isTrue();
        assertThat(aliases.contain("X-" + "y".repeat(70))).isFalse();
        assertThat(aliases.contain("X_" + "y".repeat(69))).isFalse();
    }

    @Test
    void agreesWithDefinition() {
        var random = new Random(24);
        for (int i = 0; i < 200_000; i++) {
            var name = new StringBuilder(NAMES.get(random.nextInt(NAMES.size())));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                name.setCharAt(random.nextInt(name.length()), (char) random.nextInt(256));
            }

            assertThat(aliases.contain(name)).as("%s", name).isEqualTo(isAlias(name.toString()));
        }
    }

    private static boolean isAlias(String name) {
        String lower = lower(name);
        return NAMES.stream()
                .map(HeaderAliasesTest::lower)
                .anyMatch(
                        known ->
                                lower.replaceAll("[^a-z0-9]", "-").equals(known)
                                        && !lower.equals(known));
    }

    private static String lower(String name) {
        return name.chars()
                .mapToObj(
                        c ->
                                c < 0x80
                                        ? Character.toString(c).toLowerCase(Locale.ROOT)
                                        : "" + (char) c)
                .reduce("", String::concat);
    }

    @Test
    void looksAtEachHeader() {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add("Host", "a").add("X-User-Name", "b").add("X-Meta", "c");
        assertThat(aliases.areIn(headers)).isFalse();

        headers.add("X_Meta", "");
        assertThat(aliases.areIn(headers)).isTrue();
    }
}
