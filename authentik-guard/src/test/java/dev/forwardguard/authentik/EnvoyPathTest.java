package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.GuardKind;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/**
 * Envoy's {@code ext_authz} over HTTP, also that of Istio: it sends the visitor's method and {@code
 * Host}, the visitor's path and query after {@code path_prefix}, and of the other headers those
 * that it is told to send.
 */
@Tag("contract")
final class EnvoyPathTest extends AgainstStubUpstream {
    private static final String PREFIX = AuthentikSettings.PREFIX + "auth/envoy";
    private static final String HOST = "app.example:8443";

    EnvoyPathTest() {
        super(new GuardKind(PREFIX, 401, Outcome.CHALLENGE));
    }

    @Override
    protected String furtherSettings() {
        return """
        guarded-paths: ['%s/*']
        verdicts: {reuse: 10s, survive-outage: 1h}
        emergency: {allow-preflight: true, open: [{host: app.example, path: /hooks}]}
        """
                .formatted(PREFIX);
    }

    private static RawRequest envoy(String method, String path) {
        return new RawRequest(method, PREFIX + path, List.of(new Header("Host", HOST)), "")
                .with("Cookie", "authentik_proxy_x=session")
                .with("Content-Length", "0");
    }

    @ParameterizedTest
    @CsvSource({"GET, /", "POST, /a/b?c=d&e=%2f", "DELETE, /a;b=c", "OPTIONS, ''"})
    void outpostGetsPathAndHostOfVisitor(String method, String path) throws IOException {
        upstream.behaves(
                Behaviour.answers(200, List.of(new Header("X-authentik-username", "anna")), ""));

        RawAnswer answer = ask(envoy(method, path));

        assertRelayed(answer, 200);
        assertThat(answer.headers("X-authentik-username")).containsExactly("anna");
        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.method()).isEqualTo("GET");
        assertThat(received.uri()).isEqualTo(PREFIX + path);
        assertThat(received.headers("Host")).containsExactly(HOST);
        assertThat(received.headers("Cookie")).containsExactly("authentik_proxy_x=session");
    }

    /** Envoy passes these on as the visitor sent them, where it is told to. */
    @Test
    void opensNothingThatVisitorNames() throws IOException {
        upstream.behaves(Behaviour.answers(503));
        RawRequest page =
                new RawRequest("DELETE", PREFIX + "/admin", List.of(new Header("Host", HOST)), "")
                        .with("X-Forwarded-Proto", "https")
                        .with("X-Forwarded-Host", "app.example");

        RawRequest open =
                page.with("X-Forwarded-Method", "POST").with("X-Forwarded-Uri", "/hooks/build");
        RawRequest preflight =
                page.with("X-Forwarded-Method", "OPTIONS")
                        .with("Origin", "https://other.example")
                        .with("Access-Control-Request-Method", "PUT");

        assertThat(ask(open).status()).isEqualTo(401);
        assertThat(ask(preflight).status()).isEqualTo(401);
    }

    /** Envoy keeps what the answer does not name. */
    @Test
    void hasEnvoyRemovePassword() throws IOException {
        RawRequest page = Visitor.RIGHT.asks(envoy("GET", "/a").with("X-Forwarded-Proto", "https"));
        upstream.behaves(Behaviour.answers(200));
        RawAnswer relayed = ask(page);
        RawAnswer token = ask(envoy("GET", "/a").with("Authorization", "Bearer x"));
        upstream.behaves(Behaviour.answers(503));
        RawAnswer fallback = ask(page);

        for (RawAnswer answer : List.of(relayed, fallback)) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers("Authorization")).isEmpty();
            assertThat(answer.headers("x-envoy-auth-headers-to-remove"))
                    .containsExactly("authorization");
        }
        assertThat(token.headers("Authorization")).containsExactly("Bearer x");
        assertThat(token.headers("x-envoy-auth-headers-to-remove")).isEmpty();
    }

    /** authentik would find the application by it, and Envoy does not write it. */
    @Test
    void keepsTargetThatVisitorNames() throws IOException {
        upstream.behaves(Behaviour.answers(200));

        ask(
                envoy("GET", "/a")
                        .with("X-Forwarded-Host", "other.example")
                        .with("x-forwarded-uri", "/public")
                        .with("X-Forwarded-Method", "TRACE")
                        .with("X-Forwarded-Proto", "https"));

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.headers("X-Forwarded-Host")).isEmpty();
        assertThat(received.headers("X-Forwarded-Uri")).isEmpty();
        assertThat(received.headers("X-Forwarded-Method")).isEmpty();
        assertThat(received.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(received.headers("Host")).containsExactly(HOST);
    }

    /** It would be TLS behind nginx; the path is the visitor's. */
    @Test
    void takesNoSchemeFromOriginalUrl() throws IOException {
        upstream.behaves(Behaviour.answers(503));

        RawAnswer answer =
                ask(envoy("GET", "/auth/nginx").with("X-Original-URL", "https://app.example/"));

        assertThat(answer.status()).isEqualTo(403);
    }

    /** Never one for a page of the outpost, nor for the guard itself, whatever it looks like. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%2f..%2fstart",
                "/../start",
                "/..;/start",
                "/./",
                "//",
                "//outpost.goauthentik.io/start",
                "/../../outpost.goauthentik.io/guard/emergency/sign-in",
                "/healthz",
                "/..",
                "/a?/outpost.goauthentik.io/start",
                "/caf\u00e9"
            })
    void whatFollowsIsDataOfVisitor(String path) throws IOException {
        upstream.behaves(Behaviour.answers(503));

        RawAnswer answer = ask(envoy("GET", path).with("X-Forwarded-Proto", "https"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers("X-Guard-Fallback")).containsExactly("bad_status");
        assertThat(upstream.awaitRequest().uri()).isEqualTo(PREFIX + path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x/a", "%2fa", ";/a"})
    void otherPathsHaveNoFallback(String path) throws IOException {
        upstream.behaves(Behaviour.answers(503));

        RawAnswer answer = ask(envoy("GET", path));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    /** Envoy has to be told to send {@code X-Forwarded-Proto}. */
    @Test
    void emergencyAccessNeedsScheme() throws IOException {
        upstream.behaves(Behaviour.answers(503));
        RawRequest right = Visitor.RIGHT.asks(envoy("GET", "/a"));

        assertThat(ask(right).status()).isEqualTo(403);
        RawAnswer in = ask(right.with("X-Forwarded-Proto", "https"));
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.headers("X-authentik-username")).containsExactly("anna");
    }

    /** There is no X-Forwarded-Uri of the gateway that a redirect could lead to. */
    @Test
    void thereAreNoSessions() throws IOException {
        upstream.behaves(Behaviour.answers(503));
        RawRequest page = kind.authRequest();

        RawAnswer answer =
                ask(
                        Visitor.RIGHT.asks(
                                new RawRequest("GET", PREFIX + "/page", page.headers(), "")
                                        .with("Sec-Fetch-Mode", "navigate")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Set-Cookie")).isEmpty();
    }

    /** The Host, by which the outpost decides here, is in no key. */
    @Test
    void noVerdictIsUsedAgain() throws IOException {
        upstream.behaves(
                Behaviour.answers(200, List.of(new Header("X-authentik-username", "anna")), ""));
        RawRequest page = kind.authRequest().with("Cookie", "authentik_proxy_x=session");
        RawRequest request = new RawRequest("GET", PREFIX + "/page", page.headers(), "");

        assertRelayed(ask(request), 200);
        assertRelayed(ask(request), 200);
        assertThat(upstream.awaitRequests(2)).hasSize(2);

        upstream.behaves(Behaviour.answers(503));
        assertThat(ask(request).status()).isEqualTo(401);
    }
}
