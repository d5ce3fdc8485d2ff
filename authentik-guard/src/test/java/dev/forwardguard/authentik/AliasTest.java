package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A visitor must not tell an application who they are by another spelling of an identity header,
 * which no gateway takes for one.
 */
final class AliasTest extends AgainstStubUpstream {
    AliasTest() {
        super(Authentik.KIND);
    }

    static List<String> aliases() {
        return Stream.concat(IdentityHeaders.NAMES.stream(), Stream.of("X-Guard-Fallback"))
                .flatMap(
                        name ->
                                Stream.of(
                                        name.replace('-', '_'),
                                        name.replace('-', '.'),
                                        name.toUpperCase(Locale.ROOT).replaceFirst("-", "~"),
                                        name.replaceFirst("-(?=[^-]*$)", "'")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("aliases")
    void refusesAlias(String name) throws IOException {
        RawAnswer answer = ask(kind.authRequest().with(name, "admin"));

        assertRefused(answer);
        assertThat(answer.headers("Content-Type")).containsExactly("text/plain; charset=utf-8");
        assertThat(upstream.requests()).isEmpty();
    }

    private void assertRefused(RawAnswer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly("bad_request");
        assertThat(answer.body()).contains("who is logged in");
        assertThat(answer.header("X-authentik-username")).isEmpty();
        assertCounted(Map.of("bad_request refuse", 1L));
    }

    /** Netty's decoder reads requests with bodies, and heads that arrive in two parts. */
    @Test
    void refusesAliasOnEitherPathOfTheParser() throws IOException {
        RawRequest aliased = kind.authRequest().with("X_Authentik_Groups", "admins");
        assertRefused(ask(new RawRequest("POST", kind.path(), aliased.headers(), "")));
        beginAnew();
        try (RawConnection client = guard.http().connect()) {
            String wire = aliased.wire();
            client.send(wire.substring(0, 30));
            assertThat(guard.http().ask(RawRequest.get("/healthz")).status()).isEqualTo(200);
            client.send(wire.substring(30));
            assertRefused(client.receive());

            RawAnswer next = client.ask(kind.authRequest());
            assertThat(next.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-authentik-username",
                "x-authentik-groups",
                "X-AUTHENTIK-META-VERSION",
                "X-Guard-Fallback",
                "X_Authentik_User",
                "X_Authentik_Username_",
                "X_Authentik_No_Redirect",
                "Tenant_Id"
            })
    void asksUpstreamWithOtherHeaders(String name) throws IOException {
        upstream.behaves(Behaviour.answers(403));

        assertRelayed(ask(kind.authRequest().with(name, "admin")), 403);
        assertThat(upstream.awaitRequest().headers(name)).containsExactly("admin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mode: fallback", "mode: upstream"})
    void refusesAliasInEveryMode(String mode) throws IOException {
        try (var other = RunningGuard.start(settings() + mode + "\n", Visitor.HTPASSWD)) {
            RawAnswer answer =
                    other.http()
                            .ask(
                                    Visitor.RIGHT
                                            .asks(kind.authRequest())
                                            .with("X.authentik.username", "admin"));

            assertThat(answer.status()).isEqualTo(400);
        }
    }

    @Test
    void showsBrowsersAPage() throws IOException {
        RawAnswer answer =
                ask(
                        kind.authRequest()
                                .with("Accept", "text/html")
                                .with("X_authentik_name", "admin"));

        assertRefused(answer);
        assertThat(answer.body()).contains("<title>This request is not accepted</title>");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
    }
}
