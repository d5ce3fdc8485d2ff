package dev.forwardguard.edge.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.ObjectName.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.TreeMap;

/** Which routers may take the same request, and which of them does. */
final class MatchingTest {
    private static Matching router(Protocol protocol, String... fields) {
        TreeMap<String, String> keys = new TreeMap<>();
        for (String field : fields) {
            String[] parts = field.split("=", 2);
            keys.put("http/routers/site/" + parts[0], parts[1]);
        }
        return Matching.of(protocol, keys);
    }

    private static Matching rule(String rule) {
        return router(Protocol.HTTP, "rule=" + rule);
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
                "HostSNI(`a.example`); HostSNI(`b.example`); true"
            })
    void onlyWhatIsCertainSeparatesRouters(String one, String other, boolean meets) {
        assertThat(rule(one).meets(rule(other))).isEqualTo(meets);
        assertThat(rule(other).meets(rule(one))).isEqualTo(meets);
    }

    @Test
    void entryPointsSeparateRouters() {
        Matching web = router(Protocol.HTTP, "rule=Path(`/x`)", "entryPoints=web, other");
        Matching secure = router(Protocol.HTTP, "rule=Path(`/x`)", "EntryPoints/0=websecure");

        assertThat(web.meets(secure)).isFalse();
        assertThat(web.meets(rule("Path(`/x`)"))).isTrue();
    }

    @Test
    void anotherSyntaxIsNotRead() {
        Matching old = router(Protocol.HTTP, "rule=Path(`/x`)", "ruleSyntax=v2");

        assertThat(old.meets(rule("Path(`/y`)"))).isTrue();
    }

    @Test
    void thePriorityIsTheLengthOfTheRuleUnlessItIsGiven() {
        assertThat(rule("Path(`/xx`)").isAbove(rule("Path(`/{}`)"))).isFalse();
        assertThat(rule("PathPrefix(`/x`)").isAbove(rule("PathPrefix(`/`)"))).isTrue();
        assertThat(
                        router(Protocol.HTTP, "rule=PathPrefix(`/`)", "priority=100")
                                .isAbove(rule("PathPrefix(`/x`)")))
                .isTrue();
        assertThat(
                        router(Protocol.HTTP, "rule=PathPrefix(`/xyz`)", "priority=0")
                                .isAbove(rule("PathPrefix(`/x`)")))
                .isTrue();
    }

    @Test
    void tcpRoutersAreAskedFirstUnlessTheyTakeAll() {
        Matching http = router(Protocol.HTTP, "rule=PathPrefix(`/`)", "priority=5000");

        assertThat(router(Protocol.TCP, "rule=HostSNI(`a.example`)").isAbove(http)).isTrue();
        assertThat(http.isAbove(router(Protocol.TCP, "rule=HostSNI(`*`)"))).isTrue();
    }
}
