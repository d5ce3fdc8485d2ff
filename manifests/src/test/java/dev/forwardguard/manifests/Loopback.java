package dev.forwardguard.manifests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** 127.0.0.1 and its ports, for programs that have to be told theirs. */
public final class Loopback {
    public static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    /** Below the range that outgoing connections get theirs from, which might take one back. */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;
    private static final int PATIENCE_MILLIS = 1_000;

    private Loopback() {}

    /** A port that nobody uses; soon is the time to listen there. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            try (var server = new ServerSocket()) {
                server.bind(new InetSocketAddress(ADDRESS, port));
                return port;
            } catch (IOException _) {
                // Taken: another one.
            }
        }
    }

    /** Whether somebody accepts connections. */
    static boolean isListening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(ADDRESS, port), PATIENCE_MILLIS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
