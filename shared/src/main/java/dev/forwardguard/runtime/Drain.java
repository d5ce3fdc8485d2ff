package dev.forwardguard.runtime;

import dev.forwardguard.server.ClientConnections;
import dev.forwardguard.telemetry.StatusEndpoint.StatusPart;
import dev.forwardguard.time.Ticker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/**
 * How a guard leaves without anybody noticing. First it says that it is not ready, and goes on
 * serving as before until those who send requests have heard of it; only its answers ask to be the
 * last ones on their connections. Then nobody can connect any more, and what is in flight is
 * finished. Idle connections go last, so that a request that is on its way to one of them is still
 * answered.
 */
final class Drain implements StatusPart {
    /** All of it, whatever the delay: Kubernetes kills after 30 s. */
    static final Duration LONGEST = Duration.ofSeconds(27);

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final ClientConnections connections;
    private final Ticker ticker;
    private final Sleeper pause;
    private volatile boolean begun;

    Drain(ClientConnections connections, Ticker ticker, Sleeper pause) {
        this.connections = connections;
        this.ticker = ticker;
        this.pause = pause;
    }

    /** How the calling thread waits. */
    @FunctionalInterface
    interface Sleeper {
        void of(Duration time) throws InterruptedException;
    }

    boolean hasBegun() {
        return begun;
    }

    /**
     * Returns when everybody has been served, or when the time is up.
     *
     * @param delay how long to go on serving newcomers
     */
    void run(Duration delay) throws InterruptedException {
        long end = ticker.nanos() + LONGEST.toNanos();
        begun = true;
        LOG.atInfo()
                .addKeyValue("delay", delay)
                .addKeyValue("connections", connections.size())
                .addKeyValue("in-flight", connections.answering())
                .log("Draining: not ready any more, still serving");
        connections.endSoon();
        pause.of(delay);
        connections.stopListening();
        int inFlight = connections.answering();
        while (connections.answering() > 0 && end - ticker.nanos() > 0) {
            pause.of(POLL_INTERVAL);
        }
        LOG.atInfo()
                .addKeyValue("in-flight", inFlight)
                .addKeyValue("cut", connections.answering())
                .addKeyValue("idle", connections.size() - connections.answering())
                .log("Drained");
        connections.closeAll();
    }

    @Override
    public String name() {
        return "draining";
    }

    @Override
    public Object state() {
        return begun;
    }
}
