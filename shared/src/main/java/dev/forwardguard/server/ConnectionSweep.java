package dev.forwardguard.server;

import dev.forwardguard.time.Deferred;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/** Ends connections of clients that take too long. Looks once a second while there are any. */
public final class ConnectionSweep {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ClientConnections connections;
    private final ManagementConnections managementConnections;
    private final Deferred next;

    public ConnectionSweep(
            ClientConnections connections,
            ManagementConnections managementConnections,
            ScheduledExecutorService timer) {
        this.connections = connections;
        this.managementConnections = managementConnections;
        this.next = new Deferred(timer, INTERVAL, this::sweep);
    }

    /** Called when a connection was opened. */
    void opened() {
        next.request();
    }

    private void sweep() {
        connections.sweep();
        managementConnections.sweep();
        if (connections.size() > 0 || managementConnections.size() > 0) {
            next.request();
        }
    }
}
