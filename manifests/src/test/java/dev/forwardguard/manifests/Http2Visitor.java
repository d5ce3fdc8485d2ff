package dev.forwardguard.manifests;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubDns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A visitor of the protected site who speaks HTTP/2 over TLS, as browsers do. */
final class Http2Visitor implements AutoCloseable {
    private static final String HOST = "app.example.test";
    private static final Duration LIMIT = Duration.ofSeconds(15);

    /** HTTP/2 has none of these, or the client sends its own. */
    private static final Set<String> OF_HTTP_1 =
            Set.of("host", "content-length", "transfer-encoding", "expect");

    private static final Set<String> ONLY_IN_HTTP_1 =
            Set.of("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade");

    private final HttpClient client;
    private final int port;

    Http2Visitor(Gateway.Running gateway) {
        StubDns.answers(HOST, "127.0.0.1");
        port = gateway.httpsPort();
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(TlsTunnel.trusting(gateway.trusted()))
                        .connectTimeout(LIMIT)
                        .build();
    }

    /** Whether there is such a request in HTTP/2, and Java's client agrees to send it. */
    static boolean canSend(RawRequest request) {
        return request.headers().stream().anyMatch(Http2Visitor::isOfProtectedSite)
                && request.headers().stream().noneMatch(Http2Visitor::isOnlyInHttp1)
                && request.headers().stream().allMatch(each -> isAscii(each.value()))
                && request.uri().matches("/(?!/)[A-Za-z0-9/._?&=;+-]*(%[0-9A-Fa-f]{2})?[a-z?=0-9]*")
                && request.method().matches("[A-Z]+")
                && !request.method().equals("TRACE");
    }

    private static boolean isOfProtectedSite(Header header) {
        return header.is("Host") && header.value().startsWith("app.");
    }

    private static boolean isOnlyInHttp1(Header header) {
        return ONLY_IN_HTTP_1.contains(header.name().toLowerCase(Locale.ROOT));
    }

    private static boolean isAscii(String text) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
    }

    HttpResponse<byte[]> ask(RawRequest request) throws IOException {
        URI uri = URI.create("https://" + HOST + ":" + port + request.uri());
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(uri)
                        .timeout(LIMIT)
                        .method(request.method(), body(request))
                        .expectContinue(has(request, "Expect"));
        for (Header header : request.headers()) {
            if (!OF_HTTP_1.contains(header.name().toLowerCase(Locale.ROOT))) {
                builder.header(header.name(), header.value());
            }
        }
        try {
            HttpResponse<byte[]> response =
                    client.send(builder.build(), BodyHandlers.ofByteArray());
            if (response.version() != HttpClient.Version.HTTP_2) {
                throw new AssertionError("not HTTP/2: " + response);
            }
            return response;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Opens a WebSocket, over HTTP/1.1, and returns the two frames that came until it closed. */
    List<String> openWebSocket(String path) {
        var frames = new Frames();
        client.newWebSocketBuilder()
                .connectTimeout(LIMIT)
                .header("Cookie", Upstreams.SESSION + "1")
                .buildAsync(URI.create("wss://" + HOST + ":" + port + path), frames)
                .join()
                .sendText("hello?", true)
                .join();
        return frames.all();
    }

    private static BodyPublisher body(RawRequest request) {
        byte[] octets = request.body().getBytes(StandardCharsets.ISO_8859_1);
        if (octets.length == 0) {
            return BodyPublishers.noBody();
        }
        // without a length, as chunks are
        return has(request, "Transfer-Encoding")
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(octets))
                : BodyPublishers.ofByteArray(octets);
    }

    private static boolean has(RawRequest request, String name) {
        return request.headers().stream().anyMatch(each -> each.is(name));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
