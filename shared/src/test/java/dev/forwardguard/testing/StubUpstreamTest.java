package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Tests what the stub upstream records, and how it starts, stops and is freed. */
@Timeout(60)
class StubUpstreamTest {
    private final StubUpstream upstream = StubUpstream.start();
    private final RawHttp http = RawHttp.to(upstream.port());

    @AfterEach
    void close() {
        upstream.close();
    }

    @Test
    void answersHttpClientOverOneConnection() throws Exception {
        upstream.behaves(Behaviour.answers(302, List.of(new Header("Location", "/x")), "moved"));

        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(upstream.uri().resolve("/a?b=c")).build();
            for (int i = 0; i < 3; i++) {
                var answer = client.send(request, BodyHandlers.ofString());

                assertThat(answer.statusCode()).isEqualTo(302);
                assertThat(answer.body()).isEqualTo("moved");
                assertThat(answer.headers().firstValue("location")).hasValue("/x");
            }
        }

        assertThat(upstream.connections()).isEqualTo(1);
        assertThat(upstream.requests()).hasSize(3);
        upstream.awaitOpenConnections(0);
    }

    @Test
    void recordsEveryOctetOfHeaders() throws IOException {
        String head =
                "GET /a%20b?q=\u00e4 HTTP/1.1\r\nhost: x\r\nX-A:  1 \r\nx-a: \u00ff\u00a0\r\n\r\n";

        http.ask(head);

        ReceivedRequest request = upstream.awaitRequest();
        assertThat(request.head().raw()).isEqualTo(head);
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.uri()).isEqualTo("/a%20b?q=\u00e4");
        assertThat(request.version()).isEqualTo("HTTP/1.1");
        assertThat(request.headers())
                .containsExactly(
                        new Header("host", "x"),
                        new Header("X-A", "1"),
                        new Header("x-a", "\u00ff\u00a0"));
        assertThat(request.headers("X-a")).containsExactly("1", "\u00ff\u00a0");
        assertThat(request.header("HOST")).hasValue("x");
    }

    @Test
    void readsBodiesOfBothFramings() throws IOException {
        try (RawConnection connection = http.connect()) {
            connection.ask(
                    RawRequest.of("POST", "/").with("Content-Length", "3").body("\r\n\u00ff"));
            connection.ask(
                    RawRequest.of("PUT", "/")
                            .with("Transfer-Encoding", "chunked")
                            .body("2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: v\r\n\r\n"));
            connection.ask(RawRequest.get("/"));
        }

        assertThat(upstream.awaitRequests(3).stream().map(ReceivedRequest::body))
                .containsExactly("\r\n\u00ff", "abc", "");
    }

    @Test
    void numbersConnectionsAndRequests() throws IOException {
        try (RawConnection first = http.connect();
                RawConnection second = http.connect()) {
            first.ask(RawRequest.get("/1"));
            second.ask(RawRequest.get("/2"));
            first.ask(RawRequest.get("/3"));
            upstream.awaitIdleConnections(2);
            assertThat(upstream.openConnections()).isEqualTo(2);
        }

        assertThat(upstream.awaitRequest().onConnection()).isEqualTo(1);
        assertThat(upstream.awaitRequest().uri()).isEqualTo("/2");
        assertThat(upstream.awaitRequest().onConnection()).isEqualTo(2);
        assertThat(upstream.connections()).isEqualTo(2);
        upstream.awaitOpenConnections(0);

        upstream.forget();

        assertThat(upstream.connections()).isZero();
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void changesBehaviourBetweenRequests() throws IOException {
        try (RawConnection connection = http.connect()) {
            assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(200);

            upstream.behaves(Behaviour.answers(503));

            assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(503);
        }
    }

    @Test
    void pushesOctetsOntoIdleConnections() throws IOException {
        try (RawConnection connection = http.connect()) {
            connection.ask(RawRequest.get("/"));

            upstream.pushToIdleConnections(Answer.of(408).wire());

            assertThat(connection.receive().status()).isEqualTo(408);
        }
    }

    @Test
    void closesIdleConnections() throws IOException {
        try (RawConnection connection = http.connect()) {
            connection.ask(RawRequest.get("/"));

            upstream.closeIdleConnections();

            assertThat(connection.awaitClosed()).isTrue();
            upstream.awaitOpenConnections(0);
        }
    }

    @Test
    void resetsIdleConnections() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
            upstream.awaitIdleConnections(1);

            upstream.resetIdleConnections();

            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void refusesWhileDownAndReturnsOnSamePort() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (RawConnection connection = http.connect()) {
                assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(200);

                upstream.goDown();

                assertThat(connection.awaitClosed()).isTrue();
                upstream.awaitOpenConnections(0);
                assertThatThrownBy(http::connect).isInstanceOf(ConnectException.class);
            }
            upstream.comeBack();
        }
        assertThat(http.ask(RawRequest.get("/")).status()).isEqualTo(200);
    }

    @Test
    void closesEndlessDialogues() throws IOException {
        var gate = new CountDownLatch(1);
        var minute = Duration.ofMinutes(1);
        for (Behaviour endless :
                List.of(
                        Behaviour.hangs(),
                        Behaviour.acceptsAndNeverReads(),
                        Behaviour.answers(200).after(gate),
                        Behaviour.drips("abc", minute),
                        Behaviour.dripsForever("", "x".repeat(1 << 20), Duration.ZERO),
                        Behaviour.answersRaw("x").then(Ending.STALL))) {
            var other = StubUpstream.start(endless);
            try (RawConnection connection = RawHttp.to(other.port()).connect()) {
                connection.send(RawRequest.get("/").wire());
                other.awaitConnections(1);

                other.close();

                assertThat(other.openConnections()).isZero();
                assertThatThrownBy(() -> RawHttp.to(other.port()).connect())
                        .isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void reportsThrowingBehaviour() throws IOException {
        var other =
                StubUpstream.start(
                        (_, _) -> {
                            throw new IllegalStateException("wrong script");
                        });
        try (RawConnection connection = RawHttp.to(other.port()).connect()) {
            connection.send(RawRequest.get("/").wire());
            assertThat(connection.awaitClosed()).isTrue();
        }
        other.awaitOpenConnections(0);

        assertThatThrownBy(other::close)
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("wrong script");
    }

    @Test
    void reportsClientThatDoesNotSpeakHttp() throws IOException {
        var other = StubUpstream.start();
        try (RawConnection connection = RawHttp.to(other.port()).connect()) {
            connection.send("GET / HTTP/1.1\r\nnonsense\r\n\r\n");
            assertThat(connection.awaitClosed()).isTrue();
        }
        other.awaitOpenConnections(0);

        assertThatThrownBy(other::close).hasStackTraceContaining("not a header line: 'nonsense'");
    }

    @Test
    void toleratesHangUpWithinRequest() throws IOException {
        try (RawConnection connection = http.connect()) {
            connection.send("GET / HT");
            upstream.awaitConnections(1);
            connection.reset();
        }

        upstream.awaitOpenConnections(0);
        assertThat(upstream.requests()).isEmpty();
    }
}
