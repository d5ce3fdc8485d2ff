package dev.forwardguard.runtime;

import dev.forwardguard.server.ClientConnections;
import dev.forwardguard.status.StatusPart;
import dev.forwardguard.time.Ticker;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/**
 * Shuts a guard down without failing requests. First the guard reports that it is not ready and
 * keeps serving, until gateways and balancers have noticed; its responses now say that they are the
 * last ones on their connections. Then it stops accepting connections and finishes the requests in
 * flight. Idle connections are closed last, so that a request already on its way to one of them is
 * still answered.
 */
@Readiness
@Singleton
final class Drain implements StatusPart, HealthIndicator {
    /** The limit for the whole drain, delay included: Kubernetes kills the process after 30 s. */
    static final Duration LONGEST = Duration.ofSeconds(27);

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final ClientConnections connections;
    private final Ticker ticker;
    private final Sleeper pause;
    private volatile boolean begun;

    @Inject
    Drain(ClientConnections connections, Ticker ticker) {
        this(connections, ticker, Thread::sleep);
    }

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

    /**
     * Drains, and returns when all requests in flight are answered or the time is up.
     *
     * @param delay how long to keep accepting new connections
     */
    void run(Duration delay) throws InterruptedException {
        long end = ticker.nanos() + LONGEST.toNanos();
        begun = true;
        LOG.atInfo()
                .addKeyValue("delay", delay)
                .addKeyValue("connections", connections.size())
                .addKeyValue("in-flight", connections.answering())
                .log("Draining: no longer ready, still serving");
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

    /** Not ready any more, but alive. */
    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = begun ? HealthStatus.DOWN : HealthStatus.UP;
        return Publishers.just(HealthResult.builder("drain", status).build());
    }
}
