package dev.forwardguard.upstream;

import static dev.forwardguard.outcome.FallbackReason.BAD_STATUS;
import static dev.forwardguard.outcome.FallbackReason.CIRCUIT_OPEN;
import static dev.forwardguard.outcome.FallbackReason.CONNECT_REFUSED;
import static dev.forwardguard.outcome.FallbackReason.FORCED;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.ReceivedRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.upstream.breaker.CircuitState;

import io.netty.channel.Channel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tests the breaker with real connections, and the probes that end an outage. */
@ParameterizedClass
@EnumSource
class ProbedCircuitTest {
    private final Transport transport;
    private UpstreamUnderTest under;
    private StubUpstream stub;

    ProbedCircuitTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws Exception {
        // roughly what Poison Fountain's guard accepts as a verdict
        under = UpstreamUnderTest.start(transport, status -> status < 400 || status == 403);
        stub = under.stub;
    }

    @AfterEach
    void stop() {
        under.close();
    }

    private void fail(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertThat(under.answer()).isInstanceOf(Unavailable.class);
        }
    }

    private void open() throws Exception {
        fail(5);
        await(CircuitState.OPEN);
    }

    private void await(CircuitState state) {
        Eventually.until(state.label(), () -> under.upstream.circuit() == state);
    }

    private long probesReceived() {
        return stub.requests().stream().filter(ProbedCircuitTest::isProbe).count();
    }

    private static boolean isProbe(ReceivedRequest request) {
        return request.uri().equals("/probe");
    }

    @Test
    void failsFastWithoutContactingUpstream() throws Exception {
        stub.behaves(Behaviour.closesBeforeAnswer());
        open();
        long before = stub.requests().size() - probesReceived();

        // more than the limit for requests in flight
        for (int i = 0; i < 300; i++) {
            CompletableFuture<UpstreamOutcome> pending = under.ask();
            assertThat(pending).isCompletedWithValue(new Unavailable(CIRCUIT_OPEN));
        }

        assertThat(stub.requests().size() - probesReceived()).isEqualTo(before);
    }

    @Test
    void closesByProbeAndTrialsWhenUpstreamRecovers() throws Exception {
        stub.goDown();
        open();
        Eventually.until(
                "failed probes", () -> under.probes.getOrDefault(ProbeResult.FAILED, 0) >= 2);
        assertThat(under.answer()).isEqualTo(new Unavailable(CIRCUIT_OPEN));

        stub.comeBack();
        await(CircuitState.HALF_OPEN);
        for (int i = 0; i < 3; i++) {
            assertThat(under.answer()).isInstanceOf(Answered.class);
        }

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(under.probes).containsEntry(ProbeResult.ANSWERED, 1);
        assertThat(under.timed).hasValue(5 + 3);
    }

    @Test
    void admitsOnlyTrialsWhenUpstreamRecovers() throws Exception {
        stub.behaves(Behaviour.closesBeforeAnswer());
        open();
        var gate = new CountDownLatch(1);
        stub.behaves(
                (dialogue, request) -> {
                    if (!isProbe(request)) {
                        gate.await();
                    }
                    Behaviour.answers(200).answer(dialogue, request);
                });
        await(CircuitState.HALF_OPEN);
        stub.forget();

        List<CompletableFuture<UpstreamOutcome>> pending = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pending.add(under.ask());
        }
        gate.countDown();

        long answered = 0;
        for (CompletableFuture<UpstreamOutcome> each : pending) {
            answered += each.get(10, TimeUnit.SECONDS) instanceof Answered ? 1 : 0;
        }
        assertThat(answered).isEqualTo(3);
        assertThat(stub.requests()).hasSize(3);
    }

    @Test
    void cancelledTrialsDoNotBlockClosing() throws Exception {
        stub.behaves(Behaviour.closesBeforeAnswer());
        open();
        stub.behaves(Behaviour.answers(200));
        await(CircuitState.HALF_OPEN);
        stub.behaves(Behaviour.hangs());
        for (int i = 0; i < 3; i++) {
            Channel caller = under.caller;
            CompletableFuture<UpstreamOutcome> pending = under.ask();
            caller.close();
            assertThat(pending.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new UpstreamOutcome.Cancelled());
            under.caller = under.connection();
        }
        stub.behaves(Behaviour.answers(200));

        for (int i = 0; i < 3; i++) {
            assertThat(under.answer()).isInstanceOf(Answered.class);
        }

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void cancelledRequestsAreNoFailures() throws Exception {
        stub.behaves(Behaviour.hangs());
        for (int i = 0; i < 10; i++) {
            CompletableFuture<UpstreamOutcome> pending = under.ask();
            under.caller.close();
            pending.get(10, TimeUnit.SECONDS);
            under.caller = under.connection();
        }

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void denialsAndRedirectsAreNoFailures() throws Exception {
        for (int status : new int[] {403, 302, 200, 403, 302, 403, 302, 403, 302}) {
            stub.behaves(Behaviour.answers(status));
            assertThat(under.answer()).isInstanceOf(Answered.class);
        }

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void clientErrorsDoNotOpenIt() throws Exception {
        for (int i = 0; i < 30; i++) {
            stub.behaves(Behaviour.answers(i % 2 == 0 ? 431 : 400));
            assertThat(under.answer()).isEqualTo(new Unavailable(BAD_STATUS));
        }

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void upstreamErrorsOpenIt() throws Exception {
        stub.behaves(Behaviour.answers(500));

        open();
    }

    @Test
    void modeFallbackPausesRequestsAndProbes() throws Exception {
        stub.goDown();
        open();
        under.settings = withMode(Mode.FALLBACK);
        stub.comeBack();

        assertThat(under.answer()).isEqualTo(new Unavailable(FORCED));
        under.loops.schedule(() -> {}, 1, TimeUnit.SECONDS).get();
        assertThat(stub.connections()).isEqualTo(0);

        under.settings = withMode(Mode.AUTO);
        await(CircuitState.HALF_OPEN);
        assertThat(under.answer()).isInstanceOf(Answered.class);
    }

    @Test
    void sendsEveryRequestInModeUpstream() throws Exception {
        stub.goDown();
        open();
        under.settings = withMode(Mode.UPSTREAM);

        for (int i = 0; i < 10; i++) {
            assertThat(under.answer()).isEqualTo(new Unavailable(CONNECT_REFUSED));
        }
    }

    @Test
    void startsClosedForAnotherUpstream() throws Exception {
        stub.behaves(Behaviour.closesBeforeAnswer());
        open();
        try (StubUpstream other = StubUpstream.start()) {
            under.settings = UpstreamUnderTest.settings(other.uri());

            assertThat(under.answer()).isInstanceOf(Answered.class);

            assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
            long probes = probesReceived();
            under.loops.schedule(() -> {}, 1, TimeUnit.SECONDS).get();
            assertThat(probesReceived()).isEqualTo(probes);
        }
    }

    private GuardSettings withMode(Mode mode) {
        return UpstreamUnderTest.settings(mode, stub.uri(), 256, UpstreamUnderTest.PLAIN_PROBE);
    }

    /** Behaves like the outpost's guard: every status is a verdict, but some are suspect. */
    private void suspect(Optional<String> host) throws Exception {
        under.close();
        under = UpstreamUnderTest.start(transport);
        stub = under.stub;
        under.settings =
                UpstreamUnderTest.settings(
                        Mode.AUTO,
                        stub.uri(),
                        256,
                        new ProbeSettings("/probe", host, Set.of(400, 404, 500)));
    }

    /** Likewise, after the probe has once had an answer that is not suspect. */
    private void suspectAfterGoodProbe() throws Exception {
        suspect(Optional.of("app.example"));
        answer(302, 1);
        Eventually.until("a good probe", () -> under.upstream.probe() == ProbeEvidence.CAN_TELL);
        under.advanceClock(Duration.ofSeconds(31)); // the window is empty again
        stub.forget();
    }

    private void answer(int status, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            stub.behaves(answeringRequests(status));
            assertThat(under.answer()).isInstanceOf(Answered.class);
        }
    }

    private volatile int probeStatus = 302;

    private Behaviour answeringRequests(int status) {
        return (dialogue, request) ->
                Behaviour.answers(isProbe(request) ? probeStatus : status)
                        .answer(dialogue, request);
    }

    @Test
    void opensWhenResponsesAndProbeAreSuspect() throws Exception {
        suspectAfterGoodProbe();
        probeStatus = 400;
        answer(302, 9);
        answer(400, 9);
        answer(404, 1);
        assertThat(probesReceived()).isZero();

        answer(500, 1);

        await(CircuitState.OPEN);
        assertThat(under.answer()).isEqualTo(new Unavailable(CIRCUIT_OPEN));
        ReceivedRequest probe =
                stub.requests().stream()
                        .filter(ProbedCircuitTest::isProbe)
                        .findFirst()
                        .orElseThrow();
        assertThat(probe.headers("X-Forwarded-Host")).containsExactly("app.example");
        assertThat(probe.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(probe.headers("X-Forwarded-Uri")).containsExactly("/");
        assertThat(under.suspected).hasValue(11);
    }

    @Test
    void closesOnceProbeIsNoLongerSuspect() throws Exception {
        suspectAfterGoodProbe();
        probeStatus = 404;
        answer(404, 20);
        await(CircuitState.OPEN);
        Eventually.until(
                "suspect probes", () -> under.probes.getOrDefault(ProbeResult.SUSPECT, 0) >= 3);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.OPEN);

        probeStatus = 302;
        stub.behaves(answeringRequests(302));

        await(CircuitState.HALF_OPEN);
        answer(302, 3);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    /** A visitor can bring it about, so the guard asks for itself. */
    @Test
    void answeredProbeEndsRowOfStatusesThatAreNoVerdicts() throws Exception {
        probeStatus = 302;
        stub.behaves(answeringRequests(451));
        assertThat(under.answer()).isEqualTo(new Unavailable(BAD_STATUS));

        Eventually.until("an answer", () -> under.upstream.condition().down().isEmpty());
        assertThat(under.upstream.condition().failures()).isPresent();
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    /** The outpost restarts and then does not know its applications. */
    @Test
    void staysOpenWhenUpstreamComesBackWithSuspectAnswers() throws Exception {
        suspectAfterGoodProbe();
        stub.goDown();
        open();
        probeStatus = 404;
        stub.behaves(answeringRequests(404));
        stub.comeBack();

        Eventually.until(
                "suspect probes", () -> under.probes.getOrDefault(ProbeResult.SUSPECT, 0) >= 3);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.OPEN);
        assertThat(under.answer()).isEqualTo(new Unavailable(CIRCUIT_OPEN));

        probeStatus = 302;
        stub.behaves(answeringRequests(302));
        await(CircuitState.HALF_OPEN);
    }

    @Test
    void suspectResponsesAloneDoNotOpenIt() throws Exception {
        suspectAfterGoodProbe();
        long begun = System.nanoTime();

        answer(400, 200);

        Eventually.until("a probe", () -> probesReceived() >= 1);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        // one when the responses first look suspect, and one a second after that
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(under.probes.values().stream().mapToInt(times -> times).sum())
                .isLessThanOrEqualTo(1 + (int) seconds);
    }

    @Test
    void clientsDoNotOpenItWithUnknownProbeHost() throws Exception {
        suspect(Optional.of("typo.example"));
        probeStatus = 404;

        answer(404, 30);
        Eventually.until("a probe", () -> under.probes.getOrDefault(ProbeResult.SUSPECT, 0) >= 1);
        answer(404, 1);

        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(under.upstream.probe()).isEqualTo(ProbeEvidence.CANNOT_TELL);
    }

    @Test
    void doesNotProbeWhenOneThirdIsSuspect() throws Exception {
        suspectAfterGoodProbe();
        probeStatus = 400;

        for (int i = 0; i < 30; i++) {
            answer(302, 2);
            answer(400, 1);
        }

        assertThat(probesReceived()).isZero();
    }

    @Test
    void onlyCountsSuspectResponsesWithoutProbeHost() throws Exception {
        suspect(Optional.empty());
        probeStatus = 400;

        answer(400, 100);

        assertThat(probesReceived()).isZero();
        assertThat(under.suspected).hasValue(100);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(under.upstream.probe()).isEqualTo(ProbeEvidence.CANNOT_TELL);
    }

    @Test
    void takesAnyStatusForAnAnswerWithoutProbeHost() throws Exception {
        suspect(Optional.empty());
        stub.behaves(
                (dialogue, request) ->
                        (isProbe(request) ? Behaviour.answers(400) : Behaviour.closesBeforeAnswer())
                                .answer(dialogue, request));

        fail(20);

        Eventually.until("a probe", () -> under.probes.containsKey(ProbeResult.ANSWERED));
        assertThat(under.probes).doesNotContainKey(ProbeResult.SUSPECT);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "typo.example"})
    void probeThatCannotTellDoesNotProlongOutage(String host) throws Exception {
        suspect(Optional.of(host).filter(name -> !name.isEmpty()));
        stub.behaves(Behaviour.answers(503));
        open();
        probeStatus = 400;
        stub.behaves(answeringRequests(302));

        await(CircuitState.HALF_OPEN);
        answer(302, 3);
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        assertThat(under.upstream.probe()).isEqualTo(ProbeEvidence.CANNOT_TELL);
    }

    @Test
    void otherSettingsForgetWhatTheProbeCouldTell() throws Exception {
        suspectAfterGoodProbe();
        under.settings =
                UpstreamUnderTest.settings(
                        Mode.AUTO,
                        stub.uri(),
                        256,
                        new ProbeSettings(
                                "/probe", Optional.of("typo.example"), Set.of(400, 404, 500)));
        probeStatus = 404;

        answer(302, 1);

        Eventually.until(
                "an answer that tells nothing",
                () -> under.upstream.probe() == ProbeEvidence.CANNOT_TELL);
    }
}
