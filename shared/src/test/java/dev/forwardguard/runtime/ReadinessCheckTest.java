package dev.forwardguard.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RefusingPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

class ReadinessCheckTest {
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.1 200\r\n"})
    void isReadyAt200(String response) throws IOException {
        assertThat(objectionTo(response)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 503 Service Unavailable | HTTP/1.1 503 Service Unavailable",
                "HTTP/1.1 2000 x | HTTP/1.1 2000 x",
                "220 mail.example.com HTTP/1.1 200 OK | 220 mail.example.com HTTP/1.1 200 OK",
                "'' | no response"
            })
    void isNotReadyAtAnythingElse(String response, String reason) throws IOException {
        assertThat(objectionTo(response)).hasValue("not ready: " + reason);
    }

    @Test
    void isNotReadyIfNothingListens() throws IOException {
        try (var closed = RefusingPort.open()) {
            assertThat(askAt("", closed.port())).get().asString().contains("refused");
        }
    }

    @Test
    void doesNotWaitForSilentGuard() throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(askAt("0.0.0.0", silent.getLocalPort())).get().asString().contains("timed");
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, x", "127.0.0.1, 70000", "'[::', 8081"})
    void needsAddressAndPort(String host, String port) {
        Map<String, String> environment = Map.of("GUARD_HOST", host, "GUARD_MANAGEMENT_PORT", port);

        assertThat(ReadinessCheck.objection(environment))
                .hasValue("GUARD_HOST and GUARD_MANAGEMENT_PORT are no address and port");
    }

    private static Optional<String> objectionTo(String response) throws IOException {
        try (var guard = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> answer(guard, response));
            return askAt("", guard.getLocalPort());
        }
    }

    private static void answer(ServerSocket guard, String response) {
        try (var connection = guard.accept()) {
            byte[] request = new byte[1_000];
            int _ = connection.getInputStream().read(request);
            connection.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<String> askAt(String host, int port) {
        return ReadinessCheck.objection(
                Map.of("GUARD_HOST", host, "GUARD_MANAGEMENT_PORT", String.valueOf(port)));
    }
}
