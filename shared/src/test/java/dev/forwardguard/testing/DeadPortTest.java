package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Tests the two kinds of unreachable ports. */
@Timeout(60)
class DeadPortTest {
    @Test
    void refusesConnectionsAndReservesPort() throws IOException {
        int freed;
        try (RefusingPort port = RefusingPort.open()) {
            freed = port.port();
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> RawHttp.to(port.uri()).connect())
                        .isInstanceOf(ConnectException.class);
            }
            assertThatThrownBy(() -> listen(port.port())).isInstanceOf(BindException.class);
        }

        listen(freed);
    }

    @Test
    void connectHangsPastFirstSynRetry() throws IOException {
        try (BlackholePort port = BlackholePort.open();
                Socket socket = new Socket()) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());

            assertThatThrownBy(() -> socket.connect(address, 1_500))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("Connect timed out");
        }
    }

    @Test
    void clientHangsUntilItsConnectTimeout() throws IOException {
        try (BlackholePort port = BlackholePort.open();
                HttpClient client =
                        HttpClient.newBuilder().connectTimeout(Duration.ofMillis(300)).build()) {
            var request = HttpRequest.newBuilder(port.uri()).build();

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                        .isInstanceOf(HttpConnectTimeoutException.class);
            }
        }
    }

    @Test
    void refusesAfterBlackholeCloses() {
        BlackholePort port = BlackholePort.open();
        port.close();

        assertThatThrownBy(() -> RawHttp.to(port.port()).connect())
                .isInstanceOf(ConnectException.class);
    }

    private static void listen(int port) throws IOException {
        try (var server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(server.getLocalPort()).isEqualTo(port);
        }
    }
}
