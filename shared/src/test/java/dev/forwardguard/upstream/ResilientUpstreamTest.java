package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.testing.StubUpstream;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What can only be seen without a server around it: the pool, the bounds and a clock that is moved
 * by hand.
 */
@ParameterizedClass
@EnumSource
class ResilientUpstreamTest {
    private final Transport transport;
    private UpstreamUnderTest under;
    private StubUpstream stub;

    ResilientUpstreamTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws Exception {
        under = UpstreamUnderTest.start(transport);
        stub = under.stub;
    }

    @AfterEach
    void stop() {
        under.close();
        StubDns.reset();
    }

    private CompletableFuture<UpstreamOutcome> ask() {
        return under.ask();
    }

    private UpstreamOutcome answer() throws Exception {
        return under.answer();
    }

    @Test
    void usesAConnectionAgain() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(answer()).isInstanceOf(Answered.class);
        }

        assertThat(stub.connections()).isEqualTo(1);
        assertThat(under.timed.get()).isEqualTo(20);
    }

    @Test
    void usesAConnectionThatIdledForLess() throws Exception {
        answer();
        under.putForward(Duration.ofSeconds(29));

        answer();

        assertThat(stub.connections()).isEqualTo(1);
    }

    @Test
    void doesNotUseAConnectionThatIdledForTooLong() throws Exception {
        answer();
        under.putForward(Duration.ofSeconds(31));

        answer();

        assertThat(stub.connections()).isEqualTo(2);
        stub.awaitOpenConnections(1);
    }

    @Test
    void aRequestWithLessTimeDoesNotWaitForOneWithMore() throws Exception {
        stub.behaves(Behaviour.hangs());
        under.limit(Duration.ofSeconds(2));
        CompletableFuture<UpstreamOutcome> patient = ask();
        stub.awaitRequests(1);
        under.limit(Duration.ofMillis(200));

        assertThat(answer()).isEqualTo(new Unavailable(FallbackReason.DEADLINE));
        assertThat(patient).isNotDone();
        assertThat(patient.get(10, TimeUnit.SECONDS))
                .isEqualTo(new Unavailable(FallbackReason.DEADLINE));
    }

    @Test
    void whoeverIsAnsweredLeavesTheDeadlinesOfTheOthersAlone() throws Exception {
        under.limit(Duration.ofSeconds(1));
        var gate = new CountDownLatch(1);
        var asked = new AtomicInteger();
        var taken = new Semaphore(0);
        stub.behaves(
                (dialogue, request) -> {
                    boolean hangs = asked.getAndIncrement() % 2 == 1;
                    taken.release();
                    (hangs ? Behaviour.hangs() : Behaviour.answers(200).after(gate))
                            .answer(dialogue, request);
                });
        List<CompletableFuture<UpstreamOutcome>> hanging = new ArrayList<>();
        List<CompletableFuture<UpstreamOutcome>> answered = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            (i % 2 == 1 ? hanging : answered).add(ask());
            assertThat(taken.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
        gate.countDown();

        for (CompletableFuture<UpstreamOutcome> each : answered) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
        for (CompletableFuture<UpstreamOutcome> each : hanging) {
            assertThat(each.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Unavailable(FallbackReason.DEADLINE));
        }
    }

    /** A burst must not open connections that the end of it closes. */
    @Test
    void keepsAsManyConnectionsAsThereMayBeRequests() throws Exception {
        under.settings = allowing(20);
        askAtOnce(20);
        stub.awaitOpenConnections(20);

        askAtOnce(20);
        assertThat(stub.connections()).isEqualTo(20);

        under.settings = allowing(5);
        assertThat(answer()).isInstanceOf(Answered.class);
        stub.awaitOpenConnections(5);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "20, 7", "256, 86"})
    void keepsNoMoreOnAllLoopsTogether(int requests, int idleOnOneOfThree) throws Exception {
        under.close();
        under = UpstreamUnderTest.start(transport, 3);
        stub = under.stub;
        under.settings = allowing(requests);

        askAtOnce(requests);

        stub.awaitOpenConnections(idleOnOneOfThree);
    }

    /** What a burst has left behind would otherwise stay until the upstream ends it. */
    @Test
    void keepsNoConnectionThatWasIdleForLong() throws Exception {
        askAtOnce(10);
        stub.awaitOpenConnections(10);
        under.putForward(Duration.ofSeconds(20));
        assertThat(answer()).isInstanceOf(Answered.class);
        stub.awaitOpenConnections(10);

        under.putForward(Duration.ofSeconds(15));
        assertThat(answer()).isInstanceOf(Answered.class);

        stub.awaitOpenConnections(1);
    }

    private GuardSettings allowing(int requests) {
        return UpstreamUnderTest.settings(
                Mode.AUTO, stub.uri(), requests, UpstreamUnderTest.PLAIN_PROBE);
    }

    private void askAtOnce(int requests) throws Exception {
        int before = stub.requests().size();
        var gate = new CountDownLatch(1);
        stub.behaves(Behaviour.answers(200).after(gate));
        List<CompletableFuture<UpstreamOutcome>> asked = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            asked.add(ask());
        }
        stub.awaitRequests(before + requests);
        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : asked) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
    }

    @Test
    void asksNoMoreRequestsAtOnceThanItsBoundAndGetsThemBack() throws Exception {
        under.settings =
                UpstreamUnderTest.settings(Mode.AUTO, stub.uri(), 3, UpstreamUnderTest.PLAIN_PROBE);
        var gate = new CountDownLatch(1);
        stub.behaves(Behaviour.answers(200).after(gate));
        List<CompletableFuture<UpstreamOutcome>> asked = List.of(ask(), ask(), ask());
        stub.awaitRequests(3);

        assertThat(answer()).isEqualTo(new Unavailable(FallbackReason.OVERLOAD));

        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : asked) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void followsAChangedUrlAndLeavesTheOldConnectionsBehind() throws Exception {
        answer();
        try (StubUpstream moved = StubUpstream.start(Behaviour.answers(204))) {
            under.settings = UpstreamUnderTest.settings(moved.uri());

            assertThat(answer()).isInstanceOf(Answered.class);

            assertThat(moved.connections()).isEqualTo(1);
            stub.awaitOpenConnections(0);
        }
    }

    @Test
    void usesTheLastAddressThatWasFoundWhenTheNameNoLongerResolves() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        under.settings =
                UpstreamUnderTest.settings(
                        URI.create("http://" + StubDns.MOVING + ":" + stub.port()));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.answers(StubDns.MOVING);
        int lookups = StubDns.lookups(StubDns.MOVING);

        under.putForward(Duration.ofMinutes(10));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.awaitLookups(StubDns.MOVING, lookups + 1);
        under.putForward(Duration.ofMinutes(10));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void triesTheNextAddressOfAName() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.2", "127.0.0.1");
        under.settings =
                UpstreamUnderTest.settings(
                        URI.create("http://" + StubDns.MOVING + ":" + stub.port()));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void closesAndDoesNotTimeACancelledRequest() throws Exception {
        stub.behaves(Behaviour.hangs());
        CompletableFuture<UpstreamOutcome> asked = ask();
        stub.awaitRequest();

        under.caller.close();

        assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(new UpstreamOutcome.Cancelled());
        stub.awaitOpenConnections(0);
        assertThat(under.timed.get()).isZero();
    }

    @Test
    void keepsItsPlacesWhenTheRouteCannotBeBuilt() throws Exception {
        var broken = new AtomicBoolean(true);
        try (var loops =
                new MultiThreadIoEventLoopGroup(1, transport.loops()) {
                    @Override
                    public IoEventLoop next() {
                        if (broken.get()) {
                            throw new IllegalStateException("no event loop");
                        }
                        return super.next();
                    }
                }) {
            GuardSettings onePlace =
                    UpstreamUnderTest.settings(
                            Mode.AUTO, stub.uri(), 1, UpstreamUnderTest.PLAIN_PROBE);
            var upstream =
                    new ResilientUpstream(
                            () -> onePlace,
                            new VerdictRule(status -> true),
                            loops,
                            System::nanoTime,
                            under);
            var request = new UpstreamRequest("/auth", header -> {}, under.caller);
            assertThatThrownBy(() -> upstream.ask(request)).hasMessage("no event loop");

            broken.set(false);

            assertThat(upstream.ask(request).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(Answered.class);
        }
    }

    @Test
    void doesNotPrintHeadersOrQueries() {
        var request =
                new UpstreamRequest(
                        "/auth?code=secret",
                        header -> header.accept("Cookie", "secret"),
                        under.caller);

        assertThat(request.toString()).contains("/auth").doesNotContain("secret");
    }
}
