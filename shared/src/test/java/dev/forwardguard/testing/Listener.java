package dev.forwardguard.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A port that can stop and resume listening without being lost. While it does not listen, a socket
 * that is bound but does not listen holds it. Linux then refuses connections and does not assign
 * the port to any other socket. Address reuse on both sides lets the two change places.
 */
final class Listener {
    private static final int BACKLOG = 1024;

    private final int port;
    private ServerSocket server;
    private Socket holder = new Socket();

    Listener() throws IOException {
        server = listen(0);
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
    }

    private static ServerSocket listen(int port) throws IOException {
        var server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(address(port), BACKLOG);
        return server;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }
}
