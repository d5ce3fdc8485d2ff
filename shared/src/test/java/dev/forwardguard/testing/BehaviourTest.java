package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Tests each ready-made behaviour, through a plain socket wherever that is enough. */
@Timeout(60)
class BehaviourTest {
    private static final String REQUEST = RawRequest.get("/").wire();
    private static final Answer HELLO = Answer.of(200).with("X-A", "1").body("hello");

    private final StubUpstream upstream = StubUpstream.start();

    @AfterEach
    void close() {
        upstream.close();
    }

    @Test
    void answersWithExactLength() throws IOException {
        upstream.behaves(Behaviour.answers(HELLO.with("Connection", "close")));

        assertThat(responseTo(REQUEST.replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n")))
                .isEqualTo(
                        "HTTP/1.1 200 Any\r\nX-A: 1\r\nConnection: close\r\n"
                                + "Content-Length: 5\r\n\r\nhello");
    }

    @Test
    void answersHeadWithLengthOnly() throws IOException {
        upstream.behaves(Behaviour.answers(HELLO));

        assertThat(responseTo("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .endsWith("Content-Length: 5\r\n\r\n");
    }

    @Test
    void answersOneRequestTwice() throws IOException {
        upstream.behaves(Behaviour.answers(HELLO, Answer.of(204)));

        try (RawConnection connection = connect()) {
            assertThat(connection.ask(REQUEST).body()).isEqualTo("hello");
            assertThat(connection.receive().status()).isEqualTo(204);
        }
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void answersRawAndCloses() throws IOException {
        upstream.behaves(Behaviour.answersRaw(new byte[] {0, -1, 65}).then(Ending.CLOSE));

        assertThat(responseTo(REQUEST)).isEqualTo("\u0000\u00ffA");
        upstream.awaitOpenConnections(0);
    }

    @Test
    void closesWithoutLossWhileClientIsSending() throws IOException {
        upstream.behaves(Behaviour.answers(HELLO).then(Ending.CLOSE));

        try (RawConnection connection = connect()) {
            connection.send(REQUEST + "x".repeat(4 << 20));

            assertThat(connection.receive().body()).isEqualTo("hello");
            assertThat(connection.awaitClosed()).isTrue();
        }
    }

    @Test
    void answersRawAndResets() throws IOException {
        upstream.behaves(Behaviour.answersRaw("HTTP/1.1 2").then(Ending.RESET));

        try (Socket socket = ask(REQUEST)) {
            assertThat(socket.getInputStream().readNBytes(10)).hasSize(10);
            assertReset(socket);
        }
    }

    @Test
    void answersRawAndHangsUntilHangUp() throws IOException {
        upstream.behaves(Behaviour.answersRaw("HTTP/1.1 2").then(Ending.HANG));

        try (Socket socket = ask(REQUEST)) {
            assertThat(socket.getInputStream().readNBytes(10)).hasSize(10);
            assertSilent(socket);
            assertThat(upstream.openConnections()).isEqualTo(1);
        }
        upstream.awaitOpenConnections(0);
    }

    @Test
    void answersRawAndServesNextRequest() throws IOException {
        upstream.behaves(
                Behaviour.inTurn(
                        Behaviour.answersRaw(HELLO.wire() + "garbage"), Behaviour.answers(204)));

        try (Socket socket = ask(REQUEST)) {
            read(socket, HELLO.wire() + "garbage");
            socket.getOutputStream().write(Octets.of(REQUEST));
            read(socket, "HTTP/1.1 204 Any\r\n\r\n");
        }
        assertThat(upstream.connections()).isEqualTo(1);
    }

    @Test
    void endsBodyWithConnection() throws IOException {
        upstream.behaves(
                Behaviour.answersUntilClose(200, List.of(new Header("X-A", "1")), "hello"));

        assertThat(responseTo(REQUEST)).isEqualTo("HTTP/1.0 200 \r\nX-A: 1\r\n\r\nhello");
    }

    @Test
    void dripsOneOctetAtATime() throws IOException {
        var interval = Duration.ofMillis(20);
        upstream.behaves(Behaviour.drips(HELLO.wire(), interval));

        RawAnswer answer = RawHttp.to(upstream.port()).ask(REQUEST);

        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.elapsed())
                .isGreaterThan(interval.multipliedBy(HELLO.wire().length() - 2));
    }

    @Test
    void dripsUntilHangUp() throws IOException {
        upstream.behaves(Behaviour.dripsForever("HTTP/1.1 ", "x", Duration.ofMillis(5)));

        try (Socket socket = ask(REQUEST)) {
            read(socket, "HTTP/1.1 xxxxxxxxxx");
        }
        upstream.awaitOpenConnections(0);
    }

    @Test
    void acceptsAndNeverReads() throws IOException {
        upstream.behaves(Behaviour.acceptsAndNeverReads());

        try (RawConnection connection =
                RawHttp.to(upstream.port()).limit(halfASecond()).connect()) {
            connection.send("x".repeat(32 << 20));

            assertThatThrownBy(connection::hangUp)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("did not take everything");
            assertThat(connection.awaitClosed()).isFalse();
        }
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void hangsAfterReadingRequest() throws IOException {
        upstream.behaves(Behaviour.hangs());

        try (Socket socket = ask(REQUEST)) {
            assertThat(upstream.awaitRequest().uri()).isEqualTo("/");
            assertSilent(socket);
        }
        upstream.awaitOpenConnections(0);
    }

    @Test
    void resetsBeforeAnswer() throws IOException {
        upstream.behaves(Behaviour.resetsBeforeAnswer());

        try (Socket socket = ask(REQUEST)) {
            assertReset(socket);
        }
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void closesBeforeAnswer() throws IOException {
        upstream.behaves(Behaviour.closesBeforeAnswer());

        assertThat(responseTo(REQUEST)).isEmpty();
        assertThat(upstream.requests()).hasSize(1);
    }

    @Test
    void resetsOnConnect() throws IOException {
        upstream.behaves(Behaviour.resetsOnConnect());

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
            assertReset(socket);
        }
    }

    @Test
    void closesOnConnect() throws IOException {
        upstream.behaves(Behaviour.closesOnConnect());

        assertThat(responseTo("")).isEmpty();
        assertThat(responseTo(REQUEST)).isEmpty();
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void treatsReusedConnectionDifferently() throws IOException {
        upstream.behaves(Behaviour.answers(HELLO).onReuse(Behaviour.closesBeforeAnswer()));

        for (int i = 0; i < 2; i++) {
            try (RawConnection connection = connect()) {
                assertThat(connection.ask(REQUEST).status()).isEqualTo(200);
                connection.send(REQUEST);
                assertThat(connection.awaitClosed()).isTrue();
            }
        }
        assertThat(upstream.requests()).hasSize(4);
    }

    @Test
    void waitsForGate() throws IOException {
        var gate = new CountDownLatch(1);
        upstream.behaves(Behaviour.answers(HELLO).after(gate));

        try (Socket socket = ask(REQUEST)) {
            upstream.awaitRequest();
            assertSilent(socket);

            gate.countDown();

            read(socket, HELLO.wire());
        }
    }

    private RawConnection connect() throws IOException {
        return RawHttp.to(upstream.port()).connect();
    }

    private Socket ask(String octets) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(Octets.of(octets));
        return socket;
    }

    private String responseTo(String octets) throws IOException {
        try (Socket socket = ask(octets)) {
            return Octets.text(socket.getInputStream().readAllBytes());
        }
    }

    private static void read(Socket socket, String expected) throws IOException {
        InputStream in = socket.getInputStream();
        assertThat(Octets.text(in.readNBytes(expected.length()))).isEqualTo(expected);
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(200);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(10_000);
    }

    private static Duration halfASecond() {
        return Duration.ofMillis(500);
    }
}
