package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class RawHttpTest {
    private final StubUpstream server = StubUpstream.start();
    private final RawHttp http = RawHttp.to(server.uri());

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void returnsEveryOctetOfResponse() throws IOException {
        String head =
                String.join(
                        "\r\n",
                        "HTTP/1.1 401 Nope",
                        "X-B: 2",
                        "x-a: \u00e9",
                        "X-A:\t1\t",
                        "content-length: 2",
                        "",
                        "");
        server.behaves(Behaviour.answersRaw(head + "\u00ff\u0000"));

        RawAnswer answer = http.ask(RawRequest.get("/"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.head().raw()).isEqualTo(head);
        assertThat(answer.headers())
                .containsExactly(
                        new Header("X-B", "2"),
                        new Header("x-a", "\u00e9"),
                        new Header("X-A", "1"),
                        new Header("content-length", "2"));
        assertThat(answer.headers("X-A")).containsExactly("\u00e9", "1");
        assertThat(answer.header("CONTENT-LENGTH")).hasValue("2");
        assertThat(answer.body()).isEqualTo("\u00ff\u0000");
        assertThat(answer.closed()).isFalse();
        assertThat(answer.elapsed()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
    }

    @Test
    void sendsRequestUnchanged() throws IOException {
        http.ask(RawRequest.of("OPTIONS", "*").with("cOOkie", "a=\u00e4").with("Cookie", "b"));

        assertThat(server.awaitRequest().head().raw())
                .isEqualTo(
                        "OPTIONS * HTTP/1.1\r\nHost: guard.example"
                                + "\r\ncOOkie: a=\u00e4\r\nCookie: b\r\n\r\n");
    }

    @Test
    void readsChunkedAndCloseDelimitedBodies() throws IOException {
        server.behaves(
                Behaviour.inTurn(
                        Behaviour.answersRaw(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                        + "\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"),
                        Behaviour.answersUntilClose(200, List.of(), "to the end")));

        try (RawConnection connection = http.connect()) {
            assertThat(connection.ask(RawRequest.get("/")).body()).isEqualTo("0123456789");

            RawAnswer last = connection.ask(RawRequest.get("/"));

            assertThat(last.body()).isEqualTo("to the end");
            assertThat(last.closed()).isTrue();
        }
    }

    @Test
    void keepsTrailersOfBothSides() throws IOException {
        String chunked = "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: %d\r\n\r\n";
        server.behaves(Behaviour.answersRaw("HTTP/1.1 200 OK\r\n" + chunked.formatted(2)));

        try (RawConnection connection = http.connect()) {
            RawAnswer answer =
                    connection.ask("POST / HTTP/1.1\r\nHost: a\r\n" + chunked.formatted(1));

            assertThat(answer.trailers()).containsExactly("X-Sum: 2");
            assertThat(server.awaitRequest().trailers()).containsExactly("X-Sum: 1");
            server.behaves(Behaviour.answers(200));
            assertThat(connection.ask(RawRequest.get("/")).trailers()).isEmpty();
        }
    }

    @Test
    void expectsNoBodyAfterHeadOr204Or304() throws IOException {
        server.behaves(
                Behaviour.inTurn(
                        Behaviour.answers(Answer.of(200).body("hidden")),
                        Behaviour.answers(204),
                        Behaviour.answersRaw("HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n"),
                        Behaviour.answersRaw("HTTP/1.1 103 \r\n\r\n" + Answer.of(200).wire())));

        try (RawConnection connection = http.connect()) {
            RawAnswer toHead = connection.ask(RawRequest.of("HEAD", "/"));
            assertThat(toHead.header("Content-Length")).hasValue("6");
            assertThat(toHead.body()).isEmpty();
            assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(204);
            assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(304);
            assertThat(connection.ask(RawRequest.get("/")).status()).isEqualTo(103);
            assertThat(connection.receive().status()).isEqualTo(200);
            assertThat(connection.closesWithin(Duration.ofMillis(100))).isFalse();
        }
    }

    @Test
    void pipelinesRequests() throws IOException {
        server.behaves(
                Behaviour.inTurn(
                        Behaviour.answers(Answer.of(200).body("a")),
                        Behaviour.answers(Answer.of(403).body("b")),
                        Behaviour.answers(Answer.of(200).body("c"))));

        try (RawConnection connection = http.connect()) {
            connection.send(
                    RawRequest.get("/1").wire()
                            + RawRequest.of("HEAD", "/2").wire()
                            + RawRequest.get("/3").wire());

            assertThat(connection.receive().body()).isEqualTo("a");
            assertThat(connection.receiveToHead().status()).isEqualTo(403);
            assertThat(connection.receive().body()).isEqualTo("c");
        }
        assertThat(server.requests())
                .extracting(ReceivedRequest::uri)
                .containsExactly("/1", "/2", "/3");
    }

    @Test
    void reportsAnnouncedClose() throws IOException {
        server.behaves(
                Behaviour.answers(Answer.of(200).with("Connection", "close")).then(Ending.CLOSE));

        assertThat(http.ask(RawRequest.get("/")).closed()).isTrue();
    }

    @Test
    void reportsMissingAnnouncedClose() throws IOException {
        server.behaves(Behaviour.answers(Answer.of(200).with("Connection", "close")));

        assertThat(http.limit(Duration.ofMillis(300)).ask(RawRequest.get("/")).closed()).isFalse();
    }

    @Test
    void readsEarlyResponseBeforeReset() throws IOException {
        server.behaves(
                new Greeting(
                        dialogue -> {
                            assertThat(dialogue.socket().getInputStream().read()).isPositive();
                            dialogue.send(Answer.of(431).body("too large").wire());
                            dialogue.reset();
                        },
                        Behaviour.answers(200)));

        for (int i = 0; i < 50; i++) {
            RawAnswer answer = http.ask(RawRequest.get("/").with("Cookie", "c".repeat(4 << 20)));

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.body()).isEqualTo("too large");
        }
    }

    @Test
    void readsWhileSending() throws IOException {
        String large = "b".repeat(8 << 20);
        server.behaves(Behaviour.answers(Answer.of(200).body(large)));

        try (RawConnection connection = http.connect()) {
            var request = RawRequest.get("/").with("Cookie", large);
            connection.send(request.wire() + request.wire());

            assertThat(connection.receive().body()).isEqualTo(large);
            assertThat(connection.receive().body()).isEqualTo(large);
        }
    }

    @Test
    void hangsUpAfterSending() throws IOException {
        server.behaves(Behaviour.hangs());
        try (RawConnection connection = http.connect()) {
            connection.send(RawRequest.get("/fin").wire());
            connection.hangUp();
        }

        assertThat(server.awaitRequest().uri()).isEqualTo("/fin");
        server.awaitOpenConnections(0);
    }

    @Test
    void resetsAfterSending() throws Exception {
        var error = new CompletableFuture<String>();
        server.behaves(
                (dialogue, _) -> {
                    try {
                        dialogue.awaitHangUp();
                        error.complete("end of stream");
                    } catch (IOException e) {
                        error.complete(String.valueOf(e.getMessage()));
                    }
                });
        try (RawConnection connection = http.connect()) {
            connection.send(RawRequest.get("/rst").wire());
            server.awaitRequest();
            connection.reset();
        }

        assertThat(error.get(10, TimeUnit.SECONDS)).contains("reset");
    }

    @Test
    void reportsPartialResponseOnTimeout() throws IOException {
        server.behaves(
                Behaviour.dripsForever("HTTP/1.1 200 OK\r\nX: ", "x", Duration.ofMillis(10)));

        assertThatThrownBy(() -> http.limit(Duration.ofMillis(500)).ask(RawRequest.get("/")))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("PT0.5S")
                .hasMessageContaining("HTTP/1.1 200 OK\r\nX: xxx");
    }

    @Test
    void rejectsIncompleteResponse() {
        server.behaves(
                Behaviour.answersRaw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                        .then(Ending.CLOSE));

        assertThatThrownBy(() -> http.ask(RawRequest.get("/")))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("4 of 9");
    }

    @Test
    void rejectsOctetsInsteadOfClose() throws IOException {
        server.behaves(Behaviour.answersRaw(Answer.of(200).wire() + "?").then(Ending.CLOSE));

        try (RawConnection connection = http.connect()) {
            connection.ask(RawRequest.get("/"));

            assertThatThrownBy(connection::awaitClosed).isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
            })
    void rejectsMalformedResponses(String octets) {
        server.behaves(Behaviour.answersRaw(octets).then(Ending.CLOSE));

        assertThatThrownBy(() -> http.ask(RawRequest.get("/")))
                .isInstanceOfAny(ProtocolException.class, EOFException.class);
    }

    @Test
    void rejectsTextBeyondLatin1() throws IOException {
        try (RawConnection connection = http.connect()) {
            assertThatThrownBy(() -> connection.send("\u20ac"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
