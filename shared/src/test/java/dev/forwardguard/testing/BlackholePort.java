package dev.forwardguard.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of 127.0.0.1 on which connections are neither established nor refused. Its accept queue is
 * full, and Linux drops every further SYN. The client repeats it after 1, 3, 7 … seconds and hangs
 * until its own connect timeout, as with a host that is down. (A host that is down on the same
 * network may also be reported as unreachable after 3 s; that is not simulated here.)
 */
public final class BlackholePort implements AutoCloseable {
    private static final int PROBE_MILLIS = 200;

    private final ServerSocket server;
    private final List<Socket> queue = new ArrayList<>();

    private BlackholePort() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    }

    /** Opens a random port and fills its queue until a connect hangs, which takes 0.2 s. */
    public static BlackholePort open() {
        try {
            var port = new BlackholePort();
            port.fill();
            return port;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port. */
    public int port() {
        return server.getLocalPort();
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** Frees the port; clients that are still connecting are refused at their next SYN. */
    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : queue) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fill() throws IOException {
        while (queue.size() < 16) {
            var socket = new Socket();
            try {
                socket.connect(
                        new InetSocketAddress(server.getInetAddress(), port()), PROBE_MILLIS);
                queue.add(socket);
            } catch (SocketTimeoutException _) {
                socket.close();
                return;
            }
        }
        close();
        throw new IOException("the accept queue does not fill up on this system");
    }
}
