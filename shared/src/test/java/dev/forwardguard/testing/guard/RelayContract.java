package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Verdicts are relayed unchanged, except that the body of an allow stays here, and a refusal's body
 * that is too long is replaced by a page.
 */
public abstract class RelayContract extends AgainstStubUpstream {
    private static final List<Header> HEADERS =
            List.of(
                    new Header("Location", "https://login.example/authorize?next=%2Fa&x=|"),
                    new Header("Set-Cookie", "authentik_proxy_1=; Path=/; Max-Age=0"),
                    new Header("X-authentik-username", "J\u00c3\u00b6rg"),
                    new Header("Set-Cookie", "authentik_proxy_2=abc; Path=/; HttpOnly"),
                    new Header("x-Latin", "caf\u00e9 \u00a0 end"),
                    new Header("X-Empty", ""),
                    new Header(
                            "SET-COOKIE", "third=\"1, 2\"; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
                    new Header("Server", "outpost"),
                    new Header("Vary", "Cookie, Accept"),
                    new Header("WWW-Authenticate", "Bearer realm=\"a\""),
                    new Header("WWW-Authenticate", "Basic realm=\"b\""),
                    new Header("Content-Encoding", "gzip"),
                    new Header("ETag", "\"1\""));

    private static final List<Header> OF_BODY =
            List.of(
                    new Header("Content-Type", "text/html; charset=windows-1252"),
                    new Header("Content-Encoding", "gzip"),
                    new Header("content-language", "de"),
                    new Header("Content-Range", "bytes 0-1/2"),
                    new Header("Content-Location", "/denied"),
                    new Header("Content-Disposition", "attachment; filename=\"denied.html\""),
                    new Header("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
                    new Header("Digest", "sha-256=abc"),
                    new Header("Content-Digest", "sha-256=:abc:"),
                    new Header("REPR-DIGEST", "sha-256=:abc:"),
                    new Header("ETag", "\"1\""),
                    new Header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"));

    private static final List<Header> OF_PAGE =
            List.of(
                    new Header("Content-Security-Policy", "default-src *"),
                    new Header("Content-Security-Policy-Report-Only", "default-src 'self'"),
                    new Header("Referrer-Policy", "unsafe-url"),
                    new Header("Permissions-Policy", "camera=*"),
                    new Header("X-Content-Type-Options", "none"),
                    new Header("X-Frame-Options", "ALLOWALL"),
                    new Header("Link", "</a.css>; rel=preload"),
                    new Header("Cache-Control", "public, max-age=60"));

    private static final List<Header> KEPT_WITH_PAGE =
            List.of(
                    new Header("Location", "https://login.example/authorize?next=%2Fa&x=|"),
                    new Header("Set-Cookie", "authentik_proxy_1=; Path=/; Max-Age=0"),
                    new Header("set-cookie", "authentik_proxy_2=abc; Path=/; HttpOnly"),
                    new Header("WWW-Authenticate", "Bearer realm=\"a\""),
                    new Header("WWW-Authenticate", "Basic realm=\"b\""),
                    new Header("Retry-After", "7"),
                    new Header("Vary", "Cookie"),
                    new Header("X-Powered-By", "authentik"));

    private static final int LONGEST_BODY = 16 * 1024;

    protected RelayContract(GuardKind kind) {
        super(kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 303, 307, 401, 403, 429})
    void keepsEndToEndHeadersAndBody(int status) throws IOException {
        String body = "\u001f\u008bno gzip, but nobody looks\r\n\u00ff\u0000";
        upstream.behaves(Behaviour.answers(status, HEADERS, body));

        RawAnswer answer = ask();

        assertRelayed(answer, status);
        assertThat(withoutLength(answer)).isEqualTo(HEADERS);
        assertThat(answer.headers("Content-Length")).containsExactly("" + body.length());
        assertThat(answer.body()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 203, 207, 226})
    void keepsHeadersOfAllowButNotItsBody(int status) throws IOException {
        List<Header> allow = new ArrayList<>(HEADERS);
        allow.addAll(OF_BODY);
        upstream.behaves(Behaviour.answers(status, allow, "no gateway reads this"));

        RawAnswer answer = ask();

        assertRelayed(answer, status);
        assertThat(withoutLength(answer))
                .isEqualTo(
                        HEADERS.stream()
                                .filter(header -> !OF_BODY.contains(header))
                                .filter(header -> !isCookie(header))
                                .toList());
        assertThat(answer.headers("Content-Length")).containsExactly("0");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 429})
    void keepsBodyOf16KiB(int status) throws IOException {
        String body = Wire.octets(LONGEST_BODY);
        upstream.behaves(Behaviour.answers(status, OF_BODY, body));

        RawAnswer answer = ask();

        assertRelayed(answer, status);
        assertThat(withoutLength(answer)).isEqualTo(OF_BODY);
        assertThat(answer.body()).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 429})
    void replacesLongerBodyAndWhatBelongsToIt(int status) throws IOException {
        List<Header> refusal = new ArrayList<>(KEPT_WITH_PAGE);
        refusal.addAll(OF_BODY);
        refusal.addAll(OF_PAGE);
        upstream.behaves(Behaviour.answers(status, refusal, Wire.octets(LONGEST_BODY + 1)));

        RawAnswer answer = ask();

        assertRelayed(answer, status);
        assertThat(answer.headers()).containsSubsequence(KEPT_WITH_PAGE);
        assertThat(answer.headers()).doesNotContainAnyElementsOf(OF_BODY);
        assertThat(answer.headers()).doesNotContainAnyElementsOf(OF_PAGE);
        assertThat(answer.headers("Content-Type")).containsExactly("text/plain; charset=utf-8");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers("Content-Length")).containsExactly("" + answer.body().length());
        assertThat(answer.body()).contains("efused").hasSizeLessThan(1_024);
    }

    @Test
    void answersHeadWithLengthOfPage() throws IOException {
        upstream.behaves(Behaviour.answers(403, List.of(), Wire.octets(LONGEST_BODY + 1)));

        RawAnswer head = ask(kind.authRequest("HEAD"));

        assertRelayed(head, 403);
        assertThat(head.body()).isEmpty();
        assertThat(Integer.parseInt(head.header("Content-Length").orElseThrow()))
                .isBetween(1, 1_024);
    }

    @Test
    void addsNoHeaders() throws IOException {
        upstream.behaves(Behaviour.answers(403, List.of(), "text"));

        RawAnswer answer = ask();

        assertThat(withoutLength(answer)).isEmpty();
        assertThat(answer.headers("Content-Length")).containsExactly("4");
    }

    @Test
    void dropsHopByHopHeaders() throws IOException {
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.head(
                                        "HTTP/1.1 403 Forbidden",
                                        "Connection: keep-alive, X-Private",
                                        "Keep-Alive: timeout=5",
                                        "Proxy-Authenticate: Basic realm=\"proxy\"",
                                        "Proxy-Connection: keep-alive",
                                        "Trailer: X-Trailer",
                                        "Upgrade: h2c",
                                        "X-Private: 1",
                                        "X-Public: 2",
                                        "Transfer-Encoding: chunked")
                                + "2;extension=1\r\nok\r\n0\r\nX-Trailer: 3\r\n\r\n"));

        RawAnswer answer = ask();

        assertRelayed(answer, 403);
        assertThat(withoutLength(answer)).containsExactly(new Header("X-Public", "2"));
        assertThat(answer.headers("Content-Length")).containsExactly("2");
        assertThat(answer.body()).isEqualTo("ok");
    }

    @Test
    void joinsChunks() throws IOException {
        String chunked = Wire.head("HTTP/1.1 403 No", "Transfer-Encoding: chunked");
        upstream.behaves(
                Behaviour.answersRaw(chunked + "5\r\nhello\r\nA\r\n, Traefik!\r\n0\r\n\r\n"));

        RawAnswer answer = ask();

        assertThat(answer.body()).isEqualTo("hello, Traefik!");
        assertThat(answer.headers("Content-Length")).containsExactly("15");
    }

    @Test
    void relaysCloseDelimitedBody() throws IOException {
        List<Header> headers = List.of(new Header("Content-Type", "text/html"));
        upstream.behaves(Behaviour.answersUntilClose(403, headers, "<p>no bots</p>"));

        RawAnswer answer = ask();

        assertRelayed(answer, 403);
        assertThat(withoutLength(answer)).isEqualTo(headers);
        assertThat(answer.body()).isEqualTo("<p>no bots</p>");
        assertThat(answer.closed()).isFalse();
    }

    @Test
    void acceptsCloseAfterCompleteResponse() throws IOException {
        upstream.behaves(Behaviour.answers(403, List.of(), "no").then(Ending.CLOSE));

        assertRelayed(ask(), 403);
    }

    @Test
    void dropsInterimResponses() throws IOException {
        String hints = Wire.head("HTTP/1.1 103 Early Hints", "Link: </a.css>", "X-Early: 1");
        String wait = Wire.head("HTTP/1.1 100 Continue");
        String verdict = Wire.head("HTTP/1.1 401 Who", "Content-Length: 2") + "ok";
        upstream.behaves(Behaviour.answersRaw(hints + wait + hints + verdict));
        try (RawConnection client = guard.http().connect()) {
            for (int i = 0; i < 2; i++) {
                RawAnswer answer = client.ask(kind.authRequest());

                assertRelayed(answer, 401);
                assertThat(answer.header("X-Early")).isEmpty();
                assertThat(answer.body()).isEqualTo("ok");
            }
        }
        assertThat(upstream.connections()).isEqualTo(1);
    }

    @Test
    void answersHeadWithLengthButNoBody() throws IOException {
        upstream.behaves(Behaviour.answers(403, List.of(), "no bots"));
        try (RawConnection client = guard.http().connect()) {
            RawAnswer answer = client.ask(kind.authRequest("HEAD"));

            assertRelayed(answer, 403);
            assertThat(answer.headers("Content-Length")).containsExactly("7");
            assertThat(client.ask(kind.authRequest()).body()).isEqualTo("no bots");
        }
    }

    @Test
    void noContentHasNoLength() throws IOException {
        upstream.behaves(Behaviour.answers(204));
        try (RawConnection client = guard.http().connect()) {
            assertThat(client.ask(kind.authRequest()).headers()).isEmpty();
            assertThat(client.ask(kind.authRequest()).status()).isEqualTo(204);
        }
    }

    private static boolean isCookie(Header header) {
        return header.name().equalsIgnoreCase("Set-Cookie");
    }

    private static List<Header> withoutLength(RawAnswer answer) {
        return answer.headers().stream()
                .filter(header -> !header.name().equalsIgnoreCase("Content-Length"))
                .toList();
    }
}
