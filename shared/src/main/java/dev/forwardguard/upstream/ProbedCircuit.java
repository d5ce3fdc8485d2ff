package dev.forwardguard.upstream;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.UpstreamCondition.Trip;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The circuit to one upstream: its breaker, and the probes that open and close it. Visitors can
 * make their own requests fail, so failures alone change nothing. They only make the guard ask for
 * itself: a failed probe opens a circuit whose requests fail, and answered ones close it again. One
 * probe is scheduled or in flight at a time.
 *
 * <ul>
 *   <li>Closed: a probe for a request that fails, is slow or gets a status that is no verdict, and
 *       when most verdicts are suspect, at most one a second.
 *   <li>Open: a probe from time to time, so that no visitor waits for a trial of an upstream that
 *       may hang.
 *   <li>Half-open: a probe each second beside the trials, so that visitors cannot hold it there.
 * </ul>
 */
final class ProbedCircuit {
    private static final Logger LOG = LoggerFactory.getLogger(ProbedCircuit.class);

    /** The shortest time from the start of one probe to that of the next, unless it is open. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final CircuitBreaker breaker;
    private final EventLoop loop;
    private final Probe probe;
    private final PassiveHealthCheck health;
    private final BooleanSupplier mayAsk;
    private final BooleanSupplier loginFailing;
    private final UpstreamHistory history;
    private final Ticker ticker;
    private final long patience;
    private final AtomicBoolean probing = new AtomicBoolean();
    private volatile long probedAt;
    private volatile boolean probeFailed;
    private volatile long probeFailedAt;
    private volatile @Nullable FallbackReason lastFailure;
    private volatile boolean suspected;
    private volatile boolean retired;
    private volatile @Nullable Tripped tripped;

    /**
     * @param closedAt null until it is closed again
     */
    private record Tripped(String cause, long at, @Nullable Long closedAt) {}

    /**
     * @param loop the event loop of the probes
     * @param mayAsk whether the upstream may be asked at all; probes are postponed while it may not
     * @param loginFailing whether what is behind the upstream is known to be down, which counts
     *     like a failed probe; asked for each request that fails, on any thread
     */
    ProbedCircuit(
            UpstreamSettings upstream,
            BreakerSettings settings,
            EventLoop loop,
            Probe probe,
            BooleanSupplier mayAsk,
            BooleanSupplier loginFailing,
            UpstreamHistory history,
            Ticker ticker) {
        this.loop = loop;
        this.probe = probe;
        this.mayAsk = mayAsk;
        this.loginFailing = loginFailing;
        this.history = history;
        this.ticker = ticker;
        Duration longest = upstream.deadline().plus(PAUSE);
        this.patience = longest.toNanos();
        this.probedAt = ticker.nanos() - PAUSE.toNanos();
        this.breaker = new CircuitBreaker(settings, longest, ticker, this::changed);
        this.health = new PassiveHealthCheck(upstream.probe(), ticker, history);
        new ProbeBaseline(probe, loop, mayAsk).seek(() -> retired);
    }

    CircuitState state() {
        return breaker.state();
    }

    /** The last time that it opened, if it did. */
    Optional<Trip> trip() {
        Tripped last = tripped;
        return last == null
                ? Optional.empty()
                : Optional.of(
                        new Trip(
                                last.cause(),
                                ago(last.at()),
                                Optional.ofNullable(last.closedAt()).map(this::ago)));
    }

    private Duration ago(long at) {
        return Duration.ofNanos(Math.max(0, ticker.nanos() - at));
    }

    ProbeEvidence evidence() {
        return probe.evidence();
    }

    Optional<Permit> tryAcquire() {
        return breaker.tryAcquire();
    }

    /** Records that the request of a permit got a verdict. */
    void answered(Permit permit, int status) {
        permit.succeeded();
        if (health.note(status)) {
            probeSoon();
        }
    }

    /** Records that the request of a permit got no verdict, which may be the visitor's doing. */
    void failed(Permit permit, FallbackReason reason) {
        if (permit.equals(Permit.UNCOUNTED)) {
            return;
        }
        lastFailure = reason;
        permit.failed();
        openIfDown();
        probeSoon();
    }

    /**
     * Records that the request of a permit has been waiting for a second or more, or got what may
     * be the visitor's doing.
     */
    void inDoubt(Permit permit) {
        if (!permit.equals(Permit.UNCOUNTED)) {
            probeSoon();
        }
    }

    /** Stops the probes, because another circuit has taken over. */
    void retire() {
        retired = true;
        if (breaker.state() != CircuitState.CLOSED) {
            LOG.info("Circuit closed: its settings were changed");
        }
    }

    private void openIfDown() {
        if (isDown()) {
            breaker.tripIfFailing();
        }
    }

    /**
     * Whether the guard knows by itself that the upstream is down. A failed probe counts until the
     * next has a result, and no longer than that can take. In a quiet hour there is no next.
     */
    private boolean isDown() {
        return (probeFailed && ticker.nanos() - probeFailedAt < patience)
                || loginFailing.getAsBoolean();
    }

    /**
     * Logs one line for each change. Changes are at least a second apart. Before that it is noted
     * for {@code /status}, because the log may have to wait for who reads it.
     */
    private void changed(CircuitState state) {
        switch (state) {
            case OPEN -> {
                String cause = cause();
                opened(cause);
                LOG.atWarn()
                        .addKeyValue("cause", cause)
                        .log("Circuit open: the upstream is not asked, only probed");
                probeLater();
            }
            case HALF_OPEN -> LOG.info("Circuit half-open: the upstream answered a probe");
            case CLOSED -> {
                suspected = false;
                closedAgain();
                LOG.info("Circuit closed: the upstream answers again");
            }
        }
    }

    /** If it was half-open, what counts is the first time. */
    private void opened(String cause) {
        Tripped last = tripped;
        if (last == null || last.closedAt() != null) {
            tripped = new Tripped(cause, ticker.nanos(), null);
        }
    }

    private void closedAgain() {
        Tripped last = tripped;
        if (last != null) { // a thread that was about to note it may be late
            tripped = new Tripped(last.cause(), last.at(), ticker.nanos());
        }
    }

    /**
     * Returns why the circuit opened: because of suspect verdicts or of a failure. Both are
     * recorded before it opens.
     */
    private String cause() {
        return suspected ? "suspect_answers" : requireNonNull(lastFailure).label();
    }

    /** Probes now, or a second after the last probe began. */
    private void probeSoon() {
        probeAfter(Math.max(0, probedAt + PAUSE.toNanos() - ticker.nanos()));
    }

    /**
     * Probes a little earlier than it is due, by a random time, so that replicas do not probe in
     * step.
     */
    private void probeLater() {
        long nanos = breaker.probeDelay().toNanos();
        probeAfter(nanos - ThreadLocalRandom.current().nextLong(nanos / 5));
    }

    /** Probes after this time, unless another probe is scheduled or in flight. */
    private void probeAfter(long nanos) {
        if (!probing.compareAndSet(false, true)) {
            return;
        }
        try {
            loop.schedule(this::probe, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException shuttingDown) {
            // no more requests will come
        }
    }

    private void probe() {
        if (retired) {
            return;
        }
        if (mayAsk.getAsBoolean()) {
            probedAt = ticker.nanos();
            probe.send().whenComplete((result, ignored) -> probed(result));
        } else {
            probing.set(false);
            if (breaker.state() != CircuitState.CLOSED) {
                probeLater();
            }
        }
    }

    private void probed(ProbeResult result) {
        // otherwise a working upstream may always answer like this, because probe-host is wrong
        boolean broken =
                result == ProbeResult.SUSPECT && probe.evidence() == ProbeEvidence.CAN_TELL;
        boolean answered = result != ProbeResult.FAILED && !broken;
        probeFailedAt = ticker.nanos();
        probeFailed = !answered;
        // before the state is read: whoever changes it meanwhile can schedule the next probe
        probing.set(false);
        if (answered) {
            history.answered(ticker.nanos());
            breaker.probeSucceeded();
        } else {
            breaker.probeFailed();
            openIfDown();
        }
        if (broken && health.isDoubtful()) {
            health.forget();
            suspected = true;
            breaker.trip();
        }
        switch (breaker.state()) {
            case OPEN -> probeLater();
            case HALF_OPEN -> probeSoon();
            case CLOSED -> {}
        }
    }
}
