package dev.forwardguard.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    /** A program that starts slowly must find its port free, whoever asks for one meanwhile. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Loopback() {}

    /** A port that is free now; no other call returns the same one. */
    public static int freePort() {
        while (GIVEN.size() < HIGHEST - LOWEST) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("all ports were given away");
    }

    private static boolean isFree(int port) {
        try (var server = new ServerSocket()) {
            server.bind(new InetSocketAddress(ADDRESS, port));
            return true;
        } catch (IOException _) {
            return false;
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
