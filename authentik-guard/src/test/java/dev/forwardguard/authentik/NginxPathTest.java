package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.GuardKind;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * At {@code …/auth/nginx} the outpost decides by {@code X-Original-URL}, which is the gateway's.
 * The guard forwards what it gets and makes up nothing: whoever derived it from {@code
 * X-Forwarded-*} would let a visitor who can send those choose the page that is decided about.
 */
final class NginxPathTest extends AgainstStubUpstream {
    private static final List<String> ORIGINAL = List.of("X-Original-URL", "X-Original-URI");

    NginxPathTest() {
        super(new GuardKind(AuthentikSettings.PREFIX + "auth/nginx", 401, Outcome.CHALLENGE));
    }

    @Override
    protected String furtherSettings() {
        return "guarded-paths: ['%s']\n".formatted(kind.path());
    }

    @Test
    void forwardsOriginalUrlOfGatewayUnchanged() throws IOException {
        String url = "https://app.example/a?b=%zz|&c=caf\u00e9";

        ask(kind.authRequest().with("x-Original-URL", url));

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.headers()).contains(new Header("x-Original-URL", url));
        assertThat(received.headers("X-Original-URI")).isEmpty();
        assertThat(received.uri()).isEqualTo(kind.path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?rd=https://app.example/page"})
    void derivesNoOriginalUrlFromForwardedHeaders(String query) throws IOException {
        upstream.behaves(Behaviour.answers(500));
        RawRequest request = kind.authRequest();

        assertRelayed(ask(new RawRequest("GET", kind.path() + query, request.headers(), "")), 500);

        ReceivedRequest received = upstream.awaitRequest();
        for (String name : ORIGINAL) {
            assertThat(received.headers(name)).isEmpty();
        }
        assertThat(received.headers("X-Forwarded-Uri")).containsExactly("/page");
    }

    /** As nginx sends it with the configuration in authentik's documentation. */
    @ParameterizedTest
    @CsvSource({
        "https://app.example/page?a=1, 200",
        "HTTPS://app.example/, 200",
        "wss://app.example/, 200",
        "http://app.example/page, 403",
        "ws://app.example/, 403",
        "/page?u=https://app.example/, 403",
        "https:/app.example, 403",
        "' https://app.example/', 200",
        "'', 403"
    })
    void takesSchemeOfOriginalUrl(String url, int status) throws IOException {
        upstream.behaves(Behaviour.answers(503));
        RawRequest request =
                Visitor.RIGHT.asks(RawRequest.get(kind.path()).with("X-Original-URL", url));

        assertThat(ask(request).status()).isEqualTo(status);
    }

    @Test
    void takesSchemeOfOneOriginalUrlAndOnlyWithoutAnotherWord() throws IOException {
        upstream.behaves(Behaviour.answers(503));
        RawRequest request =
                Visitor.RIGHT.asks(
                        RawRequest.get(kind.path()).with("X-Original-URL", "https://app.example/"));

        assertThat(ask(request.with("X-Original-URL", "https://app.example/")).status())
                .isEqualTo(403);
        assertThat(ask(request.with("X-Forwarded-Proto", "http")).status()).isEqualTo(403);
        assertThat(ask(request.with("X-Forwarded-Proto", "")).status()).isEqualTo(403);
    }

    /** By which the outpost finds the application, if nothing else says it. */
    @Test
    void outpostGetsHostThatNginxSends() throws IOException {
        RawRequest request =
                new RawRequest("GET", kind.path(), List.of(new Header("Host", "app.example")), "")
                        .with("X-Original-URL", "https://app.example/page");

        ask(request);
        assertThat(upstream.awaitRequest().headers("Host")).containsExactly("app.example");

        upstream.forget();
        ask(request.with("X-Forwarded-Host", "app.example"));
        assertThat(upstream.awaitRequest().headers("Host"))
                .containsExactly("127.0.0.1:" + upstream.port());
    }

    /** Nor the other way round: at the other paths the outpost decides by X-Forwarded-*. */
    @Test
    void derivesNoForwardedHeadersFromOriginalUrl() throws IOException {
        RawRequest onlyOriginal =
                RawRequest.get(kind.path()).with("X-Original-URL", "https://app.example/page");

        ask(onlyOriginal);

        assertThat(upstream.awaitRequest().headers())
                .extracting(Header::name)
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-forwarded"));
    }
}
