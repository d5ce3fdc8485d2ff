package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** Checks which paths are guarded, and that path and query reach the outpost unchanged. */
final class AuthentikRequestTargetTest extends AgainstStubUpstream {
    AuthentikRequestTargetTest() {
        super(Authentik.KIND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?",
                "?rd=https%3A%2F%2Fapp.example%2F",
                "?a=|&b={c}&d=[e]^`<>\"\\",
                "?%",
                "?%zz&%4&%e4",
                "?a=b?c=d&&;=",
                "?a=caf\u00e9",
                "?a+b=%20c%2B"
            })
    void forwardsQueryUnchanged(String query) throws IOException {
        ask(new RawRequest("GET", kind.path() + query, kind.authRequest().headers(), ""));

        assertThat(upstream.awaitRequest().uri()).isEqualTo(kind.path() + query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/outpost.goauthentik.io/auth/traefik",
                "/outpost.goauthentik.io/auth/caddy"
            })
    void guardsTraefikAndCaddyPaths(String path) throws IOException {
        upstream.behaves(Behaviour.answers(503));

        assertThat(ask(RawRequest.get(path)).header("X-Guard-Fallback")).contains("bad_status");

        assertThat(upstream.awaitRequest().uri()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/outpost.goauthentik.io/auth/nginx",
                "/outpost.goauthentik.io/auth/traefik/",
                "/outpost.goauthentik.io/auth/Traefik",
                "/outpost.goauthentik.io/auth/%74raefik",
                "/outpost.goauthentik.io/x/../auth/traefik"
            })
    void hasNoFallbackOnOtherPaths(String path) throws IOException {
        upstream.behaves(Behaviour.answers(503));

        var answer =
                ask(
                        Visitor.RIGHT.asks(
                                new RawRequest("GET", path, kind.authRequest().headers(), "")));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/outpost.goauthentik.io/auth/nginx"})
    void guardsConfiguredPaths(String path) throws IOException {
        upstream.behaves(Behaviour.answers(503));
        String settings = settings() + "guarded-paths: [" + path + "]\n";
        try (var guard = RunningGuard.start(settings, Visitor.HTPASSWD)) {
            assertThat(guard.http().ask(RawRequest.get(path)).header("X-Guard-Fallback"))
                    .contains("bad_status");
            assertThat(guard.http().ask(kind.authRequest()).header("X-Guard-Fallback")).isEmpty();
        }
    }
}
