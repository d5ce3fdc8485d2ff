package dev.forwardguard.upstream;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.breaker.CircuitBreaker;
import dev.forwardguard.upstream.breaker.CircuitState;
import dev.forwardguard.upstream.breaker.Permit;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The circuit to one upstream: its breaker, and the probes that close it again. While the circuit
 * is open, a probe is sent from time to time in the background, so that no visitor waits for a
 * trial of an upstream that may hang.
 */
final class ProbedCircuit {
    private static final Logger LOG = LoggerFactory.getLogger(ProbedCircuit.class);

    private final CircuitBreaker breaker;
    private final EventLoop loop;
    private final Probe probe;
    private final PassiveHealthCheck health;
    private final BooleanSupplier mayAsk;
    private volatile @Nullable FallbackReason lastFailure;
    private volatile boolean suspected;
    private volatile boolean retired;

    /**
     * @param loop the event loop of the probes
     * @param mayAsk whether the upstream may be asked at all; probes are postponed while it may not
     */
    ProbedCircuit(
            UpstreamSettings upstream,
            BreakerSettings settings,
            EventLoop loop,
            Probe probe,
            BooleanSupplier mayAsk,
            UpstreamMetrics meters,
            Ticker ticker) {
        this.loop = loop;
        this.probe = probe;
        this.mayAsk = mayAsk;
        Duration trialTimeout = upstream.deadline().plusSeconds(1);
        this.breaker = new CircuitBreaker(settings, trialTimeout, ticker, this::changed);
        this.health =
                new PassiveHealthCheck(
                        upstream.probe(), probe, ticker, this::suspectUpstream, meters);
    }

    CircuitState state() {
        return breaker.state();
    }

    Optional<Permit> tryAcquire() {
        return breaker.tryAcquire();
    }

    /** Records that the request of a permit got a verdict. */
    void answered(Permit permit, int status) {
        permit.succeeded();
        health.note(status);
    }

    /** Records that the request of a permit got no verdict. */
    void failed(Permit permit, FallbackReason reason) {
        lastFailure = reason;
        permit.failed();
    }

    /** Stops the probes, because another circuit has taken over. */
    void retire() {
        retired = true;
        if (breaker.state() != CircuitState.CLOSED) {
            LOG.info("Circuit closed: its settings were changed");
        }
    }

    private void suspectUpstream() {
        suspected = true;
        breaker.trip();
    }

    /** Logs one line for each change. Changes are at least a second apart. */
    private void changed(CircuitState state) {
        switch (state) {
            case OPEN -> {
                LOG.atWarn()
                        .addKeyValue("cause", cause())
                        .log("Circuit open: the upstream is not asked, only probed");
                scheduleProbe();
            }
            case HALF_OPEN -> LOG.info("Circuit half-open: the upstream answered a probe");
            case CLOSED -> {
                suspected = false;
                LOG.info("Circuit closed: the upstream answers again");
            }
        }
    }

    /**
     * Returns why the circuit opened: because of suspect verdicts or of a failure. Both are
     * recorded before it opens.
     */
    private String cause() {
        return suspected ? "suspect_answers" : requireNonNull(lastFailure).label();
    }

    /**
     * Schedules a probe a little earlier than it is due, by a random time, so that replicas do not
     * probe in step.
     */
    private void scheduleProbe() {
        long nanos = breaker.probeDelay().toNanos();
        nanos -= ThreadLocalRandom.current().nextLong(nanos / 5);
        try {
            loop.schedule(this::probe, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException shuttingDown) {
            // no more requests will come
        }
    }

    private void probe() {
        if (retired || breaker.state() != CircuitState.OPEN) {
            return;
        }
        if (!mayAsk.getAsBoolean()) {
            scheduleProbe();
            return;
        }
        probe.send().whenComplete((result, ignored) -> probed(result));
    }

    private void probed(ProbeResult result) {
        boolean recovered =
                switch (result) {
                    case ANSWERED -> true;
                    // an upstream whose circuit opened because of failures may be well, and answer
                    // like this only because probe-host is wrong
                    case SUSPECT -> !suspected;
                    case FAILED -> false;
                };
        if (recovered) {
            breaker.probeSucceeded();
        } else {
            breaker.probeFailed();
            scheduleProbe();
        }
    }
}
