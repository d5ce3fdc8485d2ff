package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/**
 * Requests that a web framework might treat specially. Visitors send anything and Traefik passes it
 * on, so each of these is an auth request like any other.
 */
public abstract class OddRequestContract extends AgainstStubUpstream {
    protected OddRequestContract(GuardKind kind) {
        super(kind);
    }

    @BeforeEach
    void denyEverything() {
        upstream.behaves(Behaviour.answers(403));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: ;;;///",
                "Accept: nonsense",
                "Accept: image/avif;q=x, */*;q=-1",
                "Accept-Language: ???, de;q=abc",
                "Accept-Charset: no-such-charset",
                "Accept-Encoding: identity;q=0, *;q=0",
                "Content-Type: nonsense",
                "Content-Type: multipart/form-data",
                "Content-Type: application/json; charset=no-such-charset",
                "Cookie: =;;=\"; a",
                "Origin: https://evil.example",
                "Origin: null",
                "Access-Control-Request-Method: NONSENSE",
                "X-HTTP-Method-Override: DELETE",
                "Authorization: nonsense",
                "Date: yesterday",
                "Expect: the-unexpected",
                "Connection: close, keep-alive, upgrade",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "X-Forwarded-For: not an address, ::::",
                "Forwarded: for=;;;proto=\"",
                "X-Forwarded-Host: a b c",
                "X-Forwarded-Port: -1",
                "X-Forwarded-Prefix: ../..",
                "If-Modified-Since: never"
            })
    void acceptsAnyHeader(String line) throws IOException {
        int colon = line.indexOf(':');

        RawAnswer answer =
                ask(kind.authRequest().with(line.substring(0, colon), line.substring(colon + 2)));

        assertRelayed(answer, 403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?",
                "?a=b",
                "?a=|{}[]^`\\\"<>",
                "?a=%",
                "?a=%zz&b=%e4",
                "?\u00e4\u00ff",
                "?a?b",
                "?rd=https://app.example/x#y"
            })
    void acceptsAnyQuery(String query) throws IOException {
        RawRequest request = kind.authRequest();

        assertRelayed(ask(new RawRequest("GET", kind.path() + query, request.headers(), "")), 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://guard.example", "https://app.example:8443", "HTTP://x"})
    void acceptsAbsoluteTarget(String origin) throws IOException {
        RawRequest request = kind.authRequest();

        assertRelayed(ask(new RawRequest("GET", origin + kind.path(), request.headers(), "")), 403);
        assertThat(upstream.awaitRequest().uri()).isEqualTo(kind.path());
    }

    @Test
    void acceptsMissingHost() throws IOException {
        assertRelayed(guard.http().ask("GET " + kind.path() + " HTTP/1.1\r\n\r\n"), 403);
    }

    @Test
    void answersHttp10AndCloses() throws IOException {
        RawAnswer answer = guard.http().ask("GET " + kind.path() + " HTTP/1.0\r\n\r\n");

        assertRelayed(answer, 403);
        assertThat(answer.closed()).isTrue();
        assertThat(upstream.awaitRequest().version()).isEqualTo("HTTP/1.1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, 1L << 40, Long.MAX_VALUE})
    void ignoresHugeBody(long length) throws IOException {
        try (RawConnection client = guard.http().connect()) {
            client.send(kind.authRequest("POST").with("Content-Length", "" + length).wire());

            assertRelayed(client.receive(), 403);
        }
    }

    @Test
    void ignoresMalformedBody() throws IOException {
        RawRequest request = kind.authRequest("POST").with("Transfer-Encoding", "chunked");

        assertRelayed(ask(request.body("this is not a chunk size\r\n")), 403);
    }

    @Test
    void ignoresUpgradeToHttp2() throws IOException {
        RawAnswer answer =
                ask(
                        kind.authRequest()
                                .with("Connection", "Upgrade, HTTP2-Settings")
                                .with("Upgrade", "h2c")
                                .with("HTTP2-Settings", "AAMAAABkAAQAAP__"));

        assertRelayed(answer, 403);
    }
}
