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
final class ReadinessCheck {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final int STATUS_LINE_BYTES = 64;
    private static final Pattern READY = Pattern.compile("HTTP/1\\.1 200( .*)?");
    private static final byte[] REQUEST =
            "GET /health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private ReadinessCheck() {}

    /**
     * Returns why the guard is not ready; empty if it is. A guard that sends nothing is waited for
     * for 2 s.
     *
     * @param environment that of the guard: where it listens
     */
    static Optional<String> objection(Map<String, String> environment) {
        InetSocketAddress guard;
        try {
            guard = address(environment);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of("GUARD_HOST and GUARD_MANAGEMENT_PORT are no address and port");
        }
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

    private static InetSocketAddress address(Map<String, String> environment) throws IOException {
        InetAddress host = InetAddress.getByName(environment.getOrDefault("GUARD_HOST", ""));
        return new InetSocketAddress(
                host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host,
                Integer.parseInt(environment.getOrDefault("GUARD_MANAGEMENT_PORT", "8081")));
    }

    private static String statusLine(InputStream in) throws IOException {
        String text = new String(in.readNBytes(STATUS_LINE_BYTES), StandardCharsets.US_ASCII);
        return text.lines().findFirst().orElse("no response");
    }
}
