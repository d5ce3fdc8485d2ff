package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;
import java.util.TreeMap;

/** Which routers may take the same request, and which of them does. */
final class MatchingTest {
    private static Matching router(String... fields) {
        TreeMap<String, String> keys = new TreeMap<>();
        for (String field : fields) {
            String[] parts = field.split("=", 2);
            keys.put("http/routers/site/" + parts[0], parts[1]);
        }
        return Matching.of(keys);
    }

    private static Matching rule(String rule) {
        return router("rule=" + rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Host(`a.example`); Host(`b.example`); false",
                "Host(`a.example`); Host(`A.example`); true",
                "Host(`a.example`) && Path(`/x`); Host(`a.example`) && Path(`/y`); false",
                "Path(`/x`); Path(`/X`); false",
                "Path(`/x`); PathPrefix(`/y`); true",
                "Host(`a.example`) || Host(`b.example`); Host(`c.example`); true",
                "!Host(`a.example`); Host(`b.example`); true",
                "HostRegexp(`.*`); Host(`b.example`); true",
                "Path(`/{name}`); Path(`/x`); true",
                "Header(\"X\", \"Host(`a`)\"); Host(`b`); true",
                "Host(`*.example`); Host(`a.example`); true",
                "Host(`*`); Host(`a.example`); true",
                "Host(`a.example.`); Host(`a.example`); true",
                "Query(`Host(`, `)`) && Host(`a.example`); Host(`b.example`); false",
                "Query(`Host(`, `) x`) && Path(`/x`); Host(`b.example`); true",
                "HostSNI(`a.example`); HostSNI(`b.example`); true"
            })
    void onlyWhatIsCertainSeparatesRouters(String one, String other, boolean meets) {
        assertThat(rule(one).meets(rule(other))).isEqualTo(meets);
        assertThat(rule(other).meets(rule(one))).isEqualTo(meets);
    }

    @Test
    void entryPointsSeparateRouters() {
        Matching web = router("rule=Path(`/x`)", "entryPoints=web, other");
        Matching secure = router("rule=Path(`/x`)", "EntryPoints/0=websecure");

        assertThat(web.meets(secure)).isFalse();
        assertThat(web.meets(rule("Path(`/x`)"))).isTrue();
    }

    @Test
    void anotherSyntaxIsNotRead() {
        Matching old = router("rule=Path(`/x`)", "ruleSyntax=v2");

        assertThat(old.meets(rule("Path(`/y`)"))).isTrue();
    }

    @Test
    void thePriorityIsTheLengthOfTheRuleUnlessItIsGiven() {
        assertThat(rule("Path(`/xx`)").isAbove(rule("Path(`/{}`)"))).isFalse();
        assertThat(rule("PathPrefix(`/x`)").isAbove(rule("PathPrefix(`/`)"))).isTrue();
        assertThat(router("rule=PathPrefix(`/`)", "priority=100").isAbove(rule("PathPrefix(`/x`)")))
                .isTrue();
        assertThat(
                        router("rule=PathPrefix(`/xyz`)", "priority=0")
                                .isAbove(rule("PathPrefix(`/x`)")))
                .isTrue();
    }

    @Test
    void aPriorityHasTheWholeRangeOfALong() {
        Matching ten = router("rule=Path(`/x`)", "priority=9999999999");
        Matching most = router("rule=Path(`/x`)", "priority=9223372036854774807");
        Matching least = router("rule=Path(`/x`)", "priority=-9223372036854775808");

        assertThat(most.isAbove(ten)).isTrue();
        assertThat(ten.isAbove(rule("Path(`/x`)"))).isTrue();
        assertThat(rule("Path(`/x`)").isAbove(least)).isTrue();
    }

    @Test
    void theLengthOfARuleIsInBytes() {
        assertThat(rule("PathPrefix(`/äöü`)").isAbove(rule("PathPrefix(`/{ab}`)"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/http/routers/site/", "http//routers/site//", "HTTP/Routers/site/"})
    void keysAreReadAsTraefikReadsThem(String prefix) {
        var keys = new TreeMap<>(Map.of(prefix + "rule", "Path(`/x`)", prefix + "Priority/", "99"));
        keys.put(prefix + "entryPoints//0", "web");

        Matching router = Matching.of(keys);

        assertThat(router.isAbove(rule("Path(`/x`)"))).isTrue();
        assertThat(router.meets(rule("Path(`/y`)"))).isFalse();
        assertThat(router.meets(router("rule=Path(`/x`)", "entryPoints=websecure"))).isFalse();
    }

    @Test
    void anEmptyEntryPointIsNone() {
        Matching all = router("rule=Path(`/x`)", "entryPoints=");

        assertThat(all.meets(router("rule=Path(`/x`)", "entryPoints=web"))).isTrue();
    }
}
