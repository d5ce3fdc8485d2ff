package dev.forwardguard.server;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.time.Ticker;

import io.netty.channel.Channel;

import java.time.Duration;
import java.util.Set;

/**
 * The connections to the management port. They have small limits of their own, so that whoever
 * reaches this port can take neither memory nor connections from the main port. A new connection
 * always gets in, because a kubelet that gets no answer restarts the guard.
 */
public final class ManagementConnections {
    /** Kubelet and Prometheus need fewer than five. */
    static final int ROOM = 32;

    private static final Duration HEAD_TIME = Duration.ofSeconds(5);

    /** Enough for a whole head of each, and some that are pipelined. */
    private static final int BUFFERED_BYTES = ROOM * 16 * 1024;

    /** Everything else that Micronaut would serve here belongs to the main port. */
    private static final Set<String> ENDPOINTS =
            Set.of("/health", "/health/liveness", "/health/readiness", "/prometheus", "/status");

    private final ClientConnections connections;
    private final Ticker ticker;

    /**
     * @param port the management port
     */
    public ManagementConnections(int port, Ticker ticker) {
        this.ticker = ticker;
        connections =
                new ClientConnections(
                        new BufferBudget(BUFFERED_BYTES),
                        ROOM,
                        ROOM,
                        HEAD_TIME,
                        local -> local == port,
                        ticker);
    }

    void listensAt(Channel listener) {
        connections.limit(listener);
    }

    ClientConnection register(Channel channel) {
        return connections.register(channel, true);
    }

    Ticker ticker() {
        return ticker;
    }

    static boolean serves(String path) {
        return ENDPOINTS.contains(path);
    }

    /** As that of {@link ClientConnections}. */
    void sweep() {
        connections.sweep();
    }

    int size() {
        return connections.size();
    }
}
