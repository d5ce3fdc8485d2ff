package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/** The upstream request contains what Traefik would have sent, and nothing about this hop. */
public abstract class ForwardingContract extends AgainstStubUpstream {
    private static final List<Header> END_TO_END =
            List.of(
                    new Header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
                    new Header("Accept-Encoding", "gzip, br"),
                    new Header("X-Forwarded-For", "203.0.113.7, 10.0.0.1"),
                    new Header("x-forwarded-for", "again"),
                    new Header("X-Forwarded-Host", "app.example"),
                    new Header("X-Forwarded-Method", "PROPFIND"),
                    new Header("X-Forwarded-Port", "443"),
                    new Header("X-Forwarded-Proto", "https"),
                    new Header("X-Forwarded-Server", "traefik-0"),
                    new Header("X-Forwarded-Uri", "/a?b=%zz|&c=caf\u00e9"),
                    new Header("X-Real-Ip", "203.0.113.7"),
                    new Header("X-Empty", ""),
                    new Header("X-Latin", "\u00e4\u00ff\u00a0."),
                    new Header(
                            "traceparent",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                    new Header("tracestate", "congo=t61rcWkgMzE"),
                    new Header("If-Unusual", "not a conditional"),
                    new Header("Via", "1.1 edge"),
                    new Header("CF-Connecting-IP", "203.0.113.7"));

    protected ForwardingContract(GuardKind kind) {
        super(kind);
    }

    @Test
    void forwardsOnlyEndToEndHeadersUnchanged() throws IOException {
        ask(with(END_TO_END));

        assertThat(withoutHost(upstream.awaitRequest())).isEqualTo(END_TO_END);
    }

    @Test
    void sendsHostOfUpstream() throws IOException {
        ask();

        assertThat(upstream.awaitRequest().headers("Host"))
                .containsExactly("127.0.0.1:" + upstream.port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: keep-alive",
                "Connection: Keep-Alive",
                "Keep-Alive: timeout=5",
                "Proxy-Authorization: Basic eDp5",
                "Proxy-Authenticate: Basic",
                "Proxy-Connection: keep-alive",
                "TE: trailers",
                "Trailer: X-Trailer",
                "Upgrade: websocket",
                "Expect: 200-ok",
                "Range: bytes=0-0",
                "If-Match: *",
                "If-None-Match: \"1\", *",
                "If-Modified-Since: Wed, 21 Oct 2026 07:28:00 GMT",
                "If-Unmodified-Since: Wed, 21 Oct 2015 07:28:00 GMT",
                "If-Range: \"1\"",
                "Content-Type: text/xml",
                "Content-Encoding: gzip",
                "Content-Length: 0",
                "Content-Language: en",
                "Content-Location: /x",
                "Content-Range: bytes 0-1/2",
                "CONTENT-MD5: Q2hlY2sgSW50ZWdyaXR5IQ=="
            })
    void dropsHeadersOfAnotherMessage(String line) throws IOException {
        int colon = line.indexOf(':');
        var header = new Header(line.substring(0, colon), line.substring(colon + 2));

        RawAnswer answer = ask(kind.authRequest().with(header.name(), header.value()));

        assertRelayed(answer, 200);
        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.headers(header.name())).isEmpty();
        assertThat(withoutHost(received)).isEqualTo(withoutHost(kind.authRequest().headers()));
    }

    @Test
    void dropsHeadersNamedByConnection() throws IOException {
        ask(
                kind.authRequest()
                        .with("Connection", "keep-alive, X-Named")
                        .with("X-Named", "1")
                        .with("connection", "x-OTHER ,,")
                        .with("X-Other", "2")
                        .with("X-Kept", "3"));

        ReceivedRequest received = upstream.awaitRequest();
        assertThat(received.header("X-Named")).isEmpty();
        assertThat(received.header("X-Other")).isEmpty();
        assertThat(received.header("Connection")).isEmpty();
        assertThat(received.header("X-Kept")).contains("3");
    }

    @Test
    void connectionCannotDropForwardedHeaders() throws IOException {
        ask(
                kind.authRequest()
                        .with("X-Real-Ip", "203.0.113.7")
                        .with(
                                "Connection",
                                "X-Forwarded-For, x-forwarded-host, X-FORWARDED-URI,"
                                        + " X-Forwarded-Method, X-Forwarded-Proto, X-Real-Ip"));

        assertThat(withoutHost(upstream.awaitRequest()))
                .isEqualTo(
                        withoutHost(kind.authRequest().with("X-Real-Ip", "203.0.113.7").headers()));
    }

    private RawRequest with(List<Header> headers) {
        RawRequest request = RawRequest.get(kind.path());
        for (Header header : headers) {
            request = request.with(header.name(), header.value());
        }
        return request;
    }

    private static List<Header> withoutHost(ReceivedRequest received) {
        return withoutHost(received.headers());
    }

    private static List<Header> withoutHost(List<Header> headers) {
        return headers.stream()
                .filter(header -> !header.name().equals("Host") && !header.name().equals("host"))
                .toList();
    }
}
