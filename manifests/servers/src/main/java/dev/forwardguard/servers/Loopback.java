package dev.forwardguard.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** 127.0.0.1 and its free ports, for programs that need a port number in advance. */
public final class Loopback {
    public static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");

    /**
     * Below the range of ephemeral ports, from which outgoing connections might take a free one.
     */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 32_000;
    private static final int PATIENCE_MILLIS = 1_000;

    private Loopback() {}

    /** A port that is free now; the program should listen on it soon. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            try (var server = new ServerSocket()) {
                server.bind(new InetSocketAddress(ADDRESS, port));
                return port;
            } catch (IOException _) {
                // In use: try another one.
            }
        }
    }

    /** Whether a process accepts connections on this port. */
    public static boolean isListening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(ADDRESS, port), PATIENCE_MILLIS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
