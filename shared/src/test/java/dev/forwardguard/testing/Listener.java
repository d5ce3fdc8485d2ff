package dev.forwardguard.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that can stop and resume listening without being lost. While it does not listen, a socket
 * that is bound but does not listen holds it. Linux then refuses connections and does not assign
 * the port to any other socket. Address reuse on both sides lets the two change places.
 */
final class Listener {
    private static final int BACKLOG = 1024;

    /**
     * Below the range of ephemeral ports: between {@link #stop} and {@link #hold} an outgoing
     * connection of any program could get such a port.
     */
    private static final int LOWEST = 10_000;

    private static final int HIGHEST = 18_000;

    /** Address reuse would also let a second one have a port that is only held. */
    private static final Set<Integer> IN_USE = ConcurrentHashMap.newKeySet();

    private final int port;
    private ServerSocket server;
    private Socket holder = new Socket();

    Listener() throws IOException {
        server = listenAnywhere();
        port = server.getLocalPort();
    }

    int port() {
        return port;
    }

    synchronized ServerSocket server() {
        return server;
    }

    synchronized void stop() throws IOException {
        server.close();
    }

    /**
     * Reserves the port. The stopped server socket must be really closed by then, which depends on
     * its accepting thread.
     */
    synchronized void hold() throws IOException {
        holder = new Socket();
        holder.setReuseAddress(true);
        holder.bind(address(port));
    }

    synchronized void resume() throws IOException {
        server = listen(port);
        holder.close();
    }

    synchronized void close() throws IOException {
        server.close();
        holder.close();
        IN_USE.remove(port);
    }

    private static ServerSocket listenAnywhere() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (IN_USE.add(port)) {
                try {
                    return listen(port);
                } catch (BindException _) {
                    // another program has it; it may end
                    IN_USE.remove(port);
                }
            }
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        var server = new ServerSocket();
        server.setReuseAddress(true);
        try {
            server.bind(address(port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }
}
