package dev.forwardguard.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Asks the guard that runs in the same container whether it is ready, for container engines that
 * run a command where Kubernetes sends an HTTP request. It runs in a JVM of its own beside a guard
 * that may be busy, so it uses as little of Java as it can.
 */
final class ReadinessQuestion {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int STATUS_LINE_BYTES = 64;
    private static final Pattern READY = Pattern.compile("HTTP/1\\.1 200( .*)?");
    private static final byte[] REQUEST =
            "GET /health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress guard;

    private ReadinessQuestion(InetSocketAddress guard) {
        this.guard = guard;
    }

    /**
     * @param environment that of the guard: where it listens
     * @throws IllegalArgumentException if the variables name no address and port
     */
    static ReadinessQuestion of(Map<String, String> environment) {
        String port = environment.getOrDefault("GUARD_MANAGEMENT_PORT", "8081");
        try {
            InetAddress host = InetAddress.getByName(environment.getOrDefault("GUARD_HOST", ""));
            return new ReadinessQuestion(
                    new InetSocketAddress(
                            host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host,
                            Integer.parseInt(port)));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "GUARD_HOST and GUARD_MANAGEMENT_PORT are no address and port", e);
        }
    }

    /** Returns why the guard is not ready; empty if it is. Takes at most some seconds. */
    Optional<String> objection() {
        try (var socket = new Socket()) {
            socket.connect(guard, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(REQUEST);
            String line = statusLine(socket.getInputStream());
            return READY.matcher(line).matches()
                    ? Optional.empty()
                    : Optional.of("not ready: " + line);
        } catch (IOException e) {
            return Optional.of("not ready: " + e.getMessage());
        }
    }

    private static String statusLine(InputStream in) throws IOException {
        String text = new String(in.readNBytes(STATUS_LINE_BYTES), StandardCharsets.US_ASCII);
        return text.lines().findFirst().orElse("no response");
    }
}
