package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.ProbeSettings;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class ProbeBaselineTest {
    private static final Set<Integer> SUSPECT = Set.of(400, 404, 500);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private UpstreamOutcome outcome = answer(302);
    private boolean mayAsk = true;
    private boolean ended;
    private boolean broken;
    private int sent;
    private int counted;

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void asksOnceWhenFirstAnswerIsGood() {
        Probe probe = seek(Optional.of("app.example"), SUSPECT);

        run(100);

        assertThat(sent).isEqualTo(1);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CAN_TELL);
        assertThat(counted).as("it is no probe of a doubtful upstream").isZero();
    }

    @Test
    void asksEveryTenSecondsUntilAnAnswerIsGood() {
        outcome = answer(404);
        Probe probe = seek(Optional.of("app.example"), SUSPECT);
        run(29);
        assertThat(sent).isEqualTo(3);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CANNOT_TELL);

        outcome = answer(302);
        run(100);

        assertThat(sent).isEqualTo(4);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CAN_TELL);
    }

    @Test
    void failureSaysNothing() {
        outcome = new Unavailable(FallbackReason.DEADLINE);
        Probe probe = seek(Optional.of("app.example"), SUSPECT);

        run(15);

        assertThat(sent).isEqualTo(2);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.UNKNOWN);
    }

    @Test
    void goesOnWhenAProbeCannotBeSent() {
        broken = true;
        Probe probe = seek(Optional.of("app.example"), SUSPECT);
        run(1);
        assertThat(sent).isEqualTo(1);

        broken = false;
        run(15);

        assertThat(sent).isEqualTo(2);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CAN_TELL);
    }

    @Test
    void keepsWhatItKnowsWhenAnswersBecomeSuspect() {
        Probe probe = seek(Optional.of("app.example"), SUSPECT);
        run(1);

        outcome = answer(404);
        probe.send();

        assertThat(counted).isEqualTo(1);
        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CAN_TELL);
    }

    @Test
    void neverAsksWithoutHostOrWithoutSuspectStatuses() {
        Probe noHost = seek(Optional.empty(), SUSPECT);
        Probe noStatus = seek(Optional.of("app.example"), Set.of());

        run(100);

        assertThat(sent).isZero();
        assertThat(noHost.evidence()).isEqualTo(ProbeEvidence.CANNOT_TELL);
        assertThat(noStatus.evidence()).isEqualTo(ProbeEvidence.CAN_TELL);
    }

    /** A working outpost that is asked for no host answers 302 only by mistake. */
    @Test
    void goodAnswerWithoutHostTellsNothing() {
        Probe probe = seek(Optional.empty(), SUSPECT);

        probe.send();

        assertThat(probe.evidence()).isEqualTo(ProbeEvidence.CANNOT_TELL);
    }

    @Test
    void waitsWhileTheUpstreamMayNotBeAsked() {
        mayAsk = false;
        seek(Optional.of("app.example"), SUSPECT);
        run(100);
        assertThat(sent).isZero();

        mayAsk = true;
        run(11);

        assertThat(sent).isEqualTo(1);
    }

    @Test
    void endsWithItsCircuit() {
        outcome = answer(404);
        seek(Optional.of("app.example"), SUSPECT);
        run(1);
        ended = true;

        run(100);

        assertThat(sent).isEqualTo(1);
    }

    private Probe seek(Optional<String> host, Set<Integer> suspect) {
        var probe =
                new Probe(
                        new ProbeSettings("/probe", host, suspect),
                        channel.eventLoop(),
                        _ -> {
                            sent++;
                            if (broken) {
                                throw new IllegalStateException("a bug");
                            }
                            return CompletableFuture.completedFuture(outcome);
                        },
                        new UpstreamMetrics() {
                            @Override
                            public void recordLatency(long nanos) {}

                            @Override
                            public void recordProbe(ProbeResult result) {
                                counted++;
                            }

                            @Override
                            public void recordSuspect() {}
                        });
        new ProbeBaseline(probe, channel.eventLoop(), () -> mayAsk).seek(() -> ended);
        return probe;
    }

    private void run(int seconds) {
        channel.runScheduledPendingTasks();
        for (int i = 0; i < seconds; i++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private static UpstreamOutcome answer(int status) {
        return new Answered(
                new UpstreamResponse(
                        HttpResponseStatus.valueOf(status), new DefaultHttpHeaders(), new byte[0]));
    }
}
