package dev.forwardguard.edge.routes.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSyntaxTest {
    private static final RuleSyntax HTTP = new RuleSyntax(RuleSyntax.HTTP);
    private static final RuleSyntax TCP = new RuleSyntax(RuleSyntax.TCP);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host(`a.example.com`)",
                "Host(\"a.example.com\")",
                "host(`a`) && PATHPREFIX(`/b`) || Hostregexp(`^a`)",
                "!(Path(`/a`) || !!Path(`/b`))",
                "Query(`a`) && Query(`a`, `b`) && QueryRegexp(`a`, `^b{1,2}$`)",
                "Header(`A`, `b`) && HeaderRegexp(`A`, `b`)",
                "ClientIP(`10.0.0.0/8`) || ClientIP(`::1`)",
                "Method(`GET`)",
                "Host(`*.example.com`)",
                "Host(`a`) &&\n  Path(`/b`)\n",
                "PathRegexp(\"^/a\\\\.b$\") || PathRegexp(`^/a{2}/b{1,3}$`)",
                "Host(`::1`)",
            })
    void takesRules(String rule) {
        assertThat(HTTP.complaint(rule)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Host(`a`",
                "Host`a`",
                "Host(a)",
                "Host()",
                "Host(``)",
                "Host('a')",
                "Host(`a`,)",
                "Host(`a`, `b`)",
                "Host(`a`) & Path(`/`)",
                "Host(`a`) and Path(`/`)",
                "Host(`a`) && ",
                "&& Host(`a`)",
                "Host(`a`) Path(`/`)",
                "Host(`a`)) ",
                "Host(`a/b`)",
                "Host(`ä.example.com`)",
                "Host(`a`) == Path(`/`)",
                "hOST(`a`)",
                "Hots(`a`)",
                "Headers(`a`, `b`)",
                "HostSNI(`a`)",
                "Path(`a`)",
                "PathPrefix(`a`)",
                "PathRegexp(`(`)",
                "PathRegexp(`(?=a)`)",
                "ClientIP(`10.0.0.0/33`)",
                "Header(`a`)",
                "Query(`a`, `b`, `c`)",
                "Query(``)",
                "Host(1)",
                "`a`",
                "Host(`a`)\n&& Path(`/`)",
                "Host(`a`) // comment",
                "Host(\"\\d\")",
                "Host(`a.example.com:8443`)",
                "Host(`{sub:[a-z]+}.example.com`)",
                "HostRegexp(`{sub:[a-z]+}.example.com`)",
                "PathPrefix(`/x/{id:[0-9]+}`)",
                "Path(`/x/{id}`)",
                "PathRegexp(`^/x/{id:[0-9]+}`)",
            })
    void rejects(String rule) {
        assertThat(HTTP.complaint(rule)).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HostSNI(`*`) ; true",
                "HostSNI(`a.example.com`) && ALPN(`h2`) ; true",
                "HostSNIRegexp(`^a`) || ClientIP(`::/0`) ; true",
                "HostSNI(`a/b`) ; false",
                "ALPN(`acme-tls/1`) ; false",
                "Host(`a`) ; false",
                "HostSNI(`a`, `b`) ; false",
            })
    void knowsTcpMatchers(String rule, boolean taken) {
        assertThat(TCP.complaint(rule).isEmpty()).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Hots(`a`) ; did you mean Host?",
                "Headers(`a`, `b`) ; did you mean Header?",
                "Host(`a`, `b`) ; join matchers with ||",
                "Host(a) ; back quotes",
                "Host(`a`) Path(`/`) ; expected && or || before",
            })
    void saysWhatIsRight(String rule, String part) {
        assertThat(HTTP.complaint(rule).orElseThrow()).contains(part);
    }

    @Test
    void boundsDepth() {
        assertThat(HTTP.complaint("(".repeat(60_000))).isPresent();
        assertThat(HTTP.complaint("!".repeat(60_000))).isPresent();
        assertThat(HTTP.complaint("Host(`a`)" + " || Host(`a`)".repeat(1_000))).isEmpty();
        assertThat(HTTP.complaint("Host(`a`)" + " || Host(`a`)".repeat(1_001))).isPresent();
    }

    @Test
    void findsHosts() {
        String rule = "(HOST(`A.example.com`) || !Host(`b`)) && !(!Host(`c`)) && Path(`/`)";

        assertThat(RuleHosts.of(rule, "Host")).containsExactly("a.example.com", "c");
    }
}
