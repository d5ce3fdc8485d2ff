package dev.forwardguard.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.AsciiString;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;

class RelayedCookiesTest {
    private final RelayedCookies cookies = new RelayedCookies(Set.of("a", "__Host-b"));

    @ParameterizedTest
    @ValueSource(
            strings = {"a=", "a=1; Path=/", "__Host-b=x=y; Secure", " a = 1", "a\t=;", "a=\u00e4"})
    void includesCookieByItsName(String value) {
        assertThat(cookies.include(value)).isTrue();
        assertThat(cookies.include(new AsciiString(value))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "=",
                "a",
                "=a",
                "A=1",
                "b=a=1",
                "__host-b=1",
                "x; a=1",
                "aa=1",
                "a;=1",
                "a b=1"
            })
    void includesNoOther(String value) {
        assertThat(cookies.include(value)).isFalse();
        assertThat(cookies.include(new AsciiString(value))).isFalse();
    }

    @Test
    void byDefaultIncludesNone() {
        assertThat(RelayedCookies.NONE.include("=")).isFalse();
        assertThat(RelayedCookies.NONE.include("a=1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a=b", "a;", "a,b", "a b", "\u00e4", "a\n", "\"a\""})
    void rejectsWhatIsNoName(String name) {
        assertThatThrownBy(() -> RelayedCookies.valid(List.of("a", name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must be names of cookies");
    }
}
