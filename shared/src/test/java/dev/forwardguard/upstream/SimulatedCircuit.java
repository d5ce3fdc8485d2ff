package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.upstream.breaker.CircuitState;
import dev.forwardguard.upstream.breaker.Permit;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A {@link ProbedCircuit} in a time that only this class moves, with an upstream of which no more
 * is known than how long it takes to answer a probe. Times are in milliseconds.
 */
final class SimulatedCircuit implements UpstreamMetrics {
    static final long DEADLINE = 5_000;

    /** A status that visitors can provoke. */
    static final int SUSPECT = 404;

    private static final Answered VERDICT =
            new Answered(
                    new UpstreamResponse(
                            HttpResponseStatus.FOUND, new DefaultHttpHeaders(), new byte[0]));

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Request> requests = new ArrayList<>();
    final List<Long> probes = new ArrayList<>();
    final ProbedCircuit circuit;
    private long now;
    private long latency = 10;
    private boolean answering = true;
    private boolean sendable = true;
    private boolean loginFailing;
    private @Nullable CompletableFuture<UpstreamOutcome> probe;
    private long probeDue;

    SimulatedCircuit() {
        channel.freezeTime();
        var settings = new ProbeSettings("/probe", Optional.of("app.example"), Set.of(SUSPECT));
        circuit =
                new ProbedCircuit(
                        UpstreamSettings.defaults(URI.create("http://127.0.0.1"), settings),
                        BreakerSettings.DEFAULTS,
                        channel.eventLoop(),
                        new Probe(settings, channel.eventLoop(), ignored -> startProbe(), this),
                        () -> true,
                        () -> loginFailing,
                        new UpstreamHistory(this, this::nanos),
                        this::nanos);
        pass(20); // it asks for itself what a working upstream answers
        probes.clear();
    }

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(now);
    }

    private CompletableFuture<UpstreamOutcome> startProbe() {
        assertThat(probe).as("a second probe at the same time").isNull();
        probes.add(now);
        if (!sendable) {
            throw new IllegalStateException("a bug");
        }
        probeDue = now + latency;
        probe = new CompletableFuture<>();
        return probe;
    }

    /** Whether probes can be sent; if not, there is an exception instead. */
    void sendsProbes(boolean possible) {
        sendable = possible;
    }

    /** From now on, probes take this long; those in flight do, too. */
    void answersProbesAfter(long millis) {
        endProbesAfter(millis, true);
    }

    /** From now on, probes run into the deadline. */
    void hangs() {
        endProbesAfter(DEADLINE, false);
    }

    /** From now on, probes fail at once. */
    void refuses() {
        endProbesAfter(1, false);
    }

    private void endProbesAfter(long millis, boolean answered) {
        latency = millis;
        answering = answered;
        if (probe != null) {
            probeDue = probes.getLast() + millis;
        }
    }

    void loginIsFailing(boolean failing) {
        loginFailing = failing;
    }

    long now() {
        return now;
    }

    CircuitState state() {
        return circuit.state();
    }

    /** Starts a request that fails after this long, if it is let through. */
    boolean requestFailingAfter(long millis) {
        Optional<Permit> permit = circuit.tryAcquire();
        permit.ifPresent(found -> requests.add(new Request(found, now, now + millis, true)));
        return permit.isPresent();
    }

    /** Starts a request that its visitor cancels after this long, if it is let through. */
    void requestCancelledAfter(long millis) {
        circuit.tryAcquire()
                .ifPresent(found -> requests.add(new Request(found, now, now + millis, false)));
    }

    /** Starts and answers a request, if it is let through. */
    boolean requestAnswered() {
        return requestAnswered(302);
    }

    boolean requestAnswered(int status) {
        Optional<Permit> permit = circuit.tryAcquire();
        permit.ifPresent(found -> circuit.answered(found, status));
        return permit.isPresent();
    }

    void fail(int times) {
        for (int i = 0; i < times; i++) {
            requestFailingAfter(0);
        }
        pass(1);
    }

    /** Lets time pass, millisecond by millisecond. */
    void pass(long millis) {
        for (long end = now + millis; now < end; ) {
            now++;
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
            CompletableFuture<UpstreamOutcome> due = probe;
            if (due != null && now >= probeDue) {
                probe = null;
                due.complete(answering ? VERDICT : new Unavailable(FallbackReason.DEADLINE));
            }
            requests.removeIf(request -> request.at(now, circuit));
        }
    }

    /** Passes time until the circuit has this state, or fails after this long. */
    void awaitWithin(long millis, CircuitState state) {
        long end = now + millis;
        while (state() != state) {
            pass(1);
            assertThat(now).as("time until the state is %s", state).isLessThanOrEqualTo(end);
        }
    }

    void assertPausesBetweenProbes(Duration least) {
        for (int i = 1; i < probes.size(); i++) {
            assertThat(probes.get(i) - probes.get(i - 1)).isGreaterThanOrEqualTo(least.toMillis());
        }
    }

    void close() {
        channel.close();
    }

    @Override
    public void recordLatency(long nanos) {}

    @Override
    public void recordProbe(ProbeResult result) {}

    @Override
    public void recordSuspect() {}

    private record Request(Permit permit, long start, long end, boolean fails) {
        /** Returns whether it has ended. */
        boolean at(long now, ProbedCircuit circuit) {
            if (now < end) {
                // an exchange is early by up to 100 ms
                if ((now - start) % 1_000 == 950) {
                    circuit.inDoubt(permit);
                }
                return false;
            }
            if (fails) {
                circuit.failed(permit, FallbackReason.DEADLINE);
            } else {
                permit.cancelled();
            }
            return true;
        }
    }
}
