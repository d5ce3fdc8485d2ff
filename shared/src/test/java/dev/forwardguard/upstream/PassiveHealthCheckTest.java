package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.ProbeSettings;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Errors in one check, which must not be the end of all checks. */
class PassiveHealthCheckTest implements UpstreamMetrics {
    private static final ProbeSettings SETTINGS =
            new ProbeSettings("/probe", Optional.of("app.example"), Set.of(404));

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger confirmed = new AtomicInteger();
    private final Probe probe = new Probe(SETTINGS, channel.eventLoop(), _ -> send(), this);
    private final PassiveHealthCheck health =
            new PassiveHealthCheck(SETTINGS, probe, nanos::get, this::confirm, this);
    private int status = 302;
    private boolean sendable = true;
    private boolean confirmable = true;

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private CompletionStage<UpstreamOutcome> send() {
        if (!sendable) {
            throw new IllegalStateException("no probe");
        }
        return CompletableFuture.completedFuture(
                new Answered(
                        new UpstreamResponse(
                                HttpResponseStatus.valueOf(status),
                                new DefaultHttpHeaders(),
                                new byte[0])));
    }

    private void confirm() {
        confirmed.incrementAndGet();
        if (!confirmable) {
            throw new IllegalStateException("no change");
        }
    }

    /** An upstream that was known to work, and answers everything with 404 from now on. */
    private void breakUpstream() {
        probe.send();
        status = 404;
    }

    private void noteSuspects() {
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        for (int i = 0; i < 20; i++) {
            health.note(404);
        }
    }

    @Test
    void checksAgainWhenProbeCouldNotBeSent() {
        breakUpstream();
        sendable = false;
        noteSuspects();
        assertThat(confirmed).hasValue(0);

        sendable = true;
        noteSuspects();

        assertThat(confirmed).hasValue(1);
    }

    @Test
    void checksAgainWhenNobodyCouldBeTold() {
        breakUpstream();
        confirmable = false;
        noteSuspects();
        noteSuspects();

        assertThat(confirmed).hasValue(2);
    }

    @Override
    public void recordLatency(long nanos) {}

    @Override
    public void recordProbe(ProbeResult result) {}

    @Override
    public void recordSuspect() {}
}
