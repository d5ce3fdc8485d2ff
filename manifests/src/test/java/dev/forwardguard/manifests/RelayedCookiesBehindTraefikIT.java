package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.HomelabTraefik;
import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A cookie of the outpost's allows, named in {@code relay-cookies} and in the middleware. */
class RelayedCookiesBehindTraefikIT {
    private static final String NAMED = "authentik_proxy_wiki";
    private static final String PATCH =
            """
            patches:
              - target: {kind: Middleware, name: guard-authentik}
                patch: |
                  - {op: add, path: /spec/forwardAuth/addAuthCookiesToResponse, value: [%s]}
            """
                    .formatted(NAMED);

    @Test
    void reachesBrowser(@TempDir Path directory) throws IOException {
        try (var fixture =
                GatewayFixture.behind(
                        (place, addresses) -> HomelabTraefik.start(PATCH, place, addresses),
                        directory)) {
            fixture.outpost()
                    .behaves(
                            Behaviour.answers(
                                    Answer.of(200)
                                            .with("Set-Cookie", "other=1; Path=/")
                                            .with("Set-Cookie", NAMED + "=2; Path=/; HttpOnly")));
            assertThat(cookies(fixture)).isEmpty();

            fixture.authentikSettings("relay-cookies: [" + NAMED + "]\n");

            Eventually.until("a relayed cookie", () -> !cookies(fixture).isEmpty());
            assertThat(cookies(fixture)).containsExactly(NAMED + "=2; Path=/; HttpOnly");
        }
    }

    private static List<String> cookies(GatewayFixture fixture) throws IOException {
        RawAnswer answer = fixture.ask(GatewayFixture.pageWithSession());
        assertThat(answer.body()).isEqualTo("hello");
        return answer.headers("Set-Cookie");
    }
}
