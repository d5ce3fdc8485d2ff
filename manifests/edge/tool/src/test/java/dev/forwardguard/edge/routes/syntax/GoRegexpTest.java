package dev.forwardguard.edge.routes.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoRegexpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "^/v[0-9]+/(.*)$",
                "a|b|",
                "(?i)abc(?-i:d)",
                "(?P<name>a)(?<other>b)(?:c)",
                "a*?b+?c??d{2}e{2,}f{2,3}?",
                "[^\\]a-z\\d[:alpha:]-]",
                "[]a]",
                "\\d\\w\\s\\.\\/\\x41\\p{Lu}\\P{Greek}",
                "a{,5}",
                "a{",
                "(a{10}){100}",
                "ä+",
                "^*",
            })
    void takes(String regexp) {
        assertThat(GoRegexp.complaint(regexp)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "a)",
                "[",
                "[a",
                "[]",
                "[z-a]",
                "[[:letter:]]",
                "*a",
                "a|*",
                "(*a)",
                "a**",
                "a*+",
                "a++",
                "a{2}{3}",
                "a{3,2}",
                "a{1001}",
                "(a{11}){100}",
                "(?=a)",
                "(?!a)",
                "(?<=a)",
                "(?>a)",
                "(?",
                "(?x)a",
                "(?P<a>b)(?P<a>c)",
                "(a)\\1",
                "\\Z",
                "\\k<a>",
                "\\",
                "[\\b]",
            })
    void rejects(String regexp) {
        assertThat(GoRegexp.complaint(regexp)).isPresent();
    }
}
