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
import dev.forwardguard.upstream.breaker.CircuitState;

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
 * Tests {@link ResilientUpstream} without a server around it: the connection pool, the limits and a
 * clock that is moved by hand.
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
    void reusesConnection() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(answer()).isInstanceOf(Answered.class);
        }

        assertThat(stub.connections()).isEqualTo(1);
        assertThat(under.timed.get()).isEqualTo(20);
    }

    @Test
    void reusesConnectionWithinIdleLimit() throws Exception {
        answer();
        under.advanceClock(Duration.ofSeconds(29));

        answer();

        assertThat(stub.connections()).isEqualTo(1);
    }

    @Test
    void replacesConnectionIdleForTooLong() throws Exception {
        answer();
        under.advanceClock(Duration.ofSeconds(31));

        answer();

        assertThat(stub.connections()).isEqualTo(2);
        stub.awaitOpenConnections(1);
    }

    @Test
    void shorterDeadlineDoesNotWaitForLongerOne() throws Exception {
        stub.behaves(Behaviour.hangs());
        under.limit(Duration.ofSeconds(2));
        CompletableFuture<UpstreamOutcome> longer = ask();
        stub.awaitRequests(1);
        under.limit(Duration.ofMillis(200));

        assertThat(answer()).isEqualTo(new Unavailable(FallbackReason.DEADLINE));
        assertThat(longer).isNotDone();
        assertThat(longer.get(10, TimeUnit.SECONDS))
                .isEqualTo(new Unavailable(FallbackReason.DEADLINE));
    }

    @Test
    void answeredRequestsDoNotDisturbOtherDeadlines() throws Exception {
        under.limit(Duration.ofSeconds(1));
        var gate = new CountDownLatch(1);
        var count = new AtomicInteger();
        var taken = new Semaphore(0);
        stub.behaves(
                (dialogue, request) -> {
                    boolean hangs = count.getAndIncrement() % 2 == 1;
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

    /** A burst must not close, at its end, the connections that it opened. */
    @Test
    void keepsUpToMaxConcurrentIdleConnections() throws Exception {
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
    void dividesIdleLimitAmongEventLoops(int requests, int idleOnOneOfThree) throws Exception {
        under.close();
        under = UpstreamUnderTest.start(transport, 3);
        stub = under.stub;
        under.settings = allowing(requests);

        askAtOnce(requests);

        stub.awaitOpenConnections(idleOnOneOfThree);
    }

    /** Otherwise the connections of a burst would stay open until the upstream closes them. */
    @Test
    void closesConnectionsIdleForLong() throws Exception {
        askAtOnce(10);
        stub.awaitOpenConnections(10);
        under.advanceClock(Duration.ofSeconds(20));
        assertThat(answer()).isInstanceOf(Answered.class);
        stub.awaitOpenConnections(10);

        under.advanceClock(Duration.ofSeconds(15));
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
        List<CompletableFuture<UpstreamOutcome>> pending = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            pending.add(ask());
        }
        stub.awaitRequests(before + requests);
        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : pending) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
    }

    @Test
    void limitsConcurrentRequestsAndReleasesSlots() throws Exception {
        under.settings =
                UpstreamUnderTest.settings(Mode.AUTO, stub.uri(), 3, UpstreamUnderTest.PLAIN_PROBE);
        var gate = new CountDownLatch(1);
        stub.behaves(Behaviour.answers(200).after(gate));
        List<CompletableFuture<UpstreamOutcome>> pending = List.of(ask(), ask(), ask());
        stub.awaitRequests(3);

        assertThat(answer()).isEqualTo(new Unavailable(FallbackReason.OVERLOAD));

        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : pending) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void followsChangedUrlAndClosesOldConnections() throws Exception {
        answer();
        try (StubUpstream moved = StubUpstream.start(Behaviour.answers(204))) {
            under.settings = UpstreamUnderTest.settings(moved.uri());

            assertThat(answer()).isInstanceOf(Answered.class);

            assertThat(moved.connections()).isEqualTo(1);
            stub.awaitOpenConnections(0);
        }
    }

    @Test
    void usesLastKnownAddressWhenNameNoLongerResolves() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        under.settings =
                UpstreamUnderTest.settings(
                        URI.create("http://" + StubDns.MOVING + ":" + stub.port()));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.answers(StubDns.MOVING);
        int lookups = StubDns.lookups(StubDns.MOVING);

        under.advanceClock(Duration.ofMinutes(10));
        assertThat(answer()).isInstanceOf(Answered.class);
        StubDns.awaitLookups(StubDns.MOVING, lookups + 1);
        under.advanceClock(Duration.ofMinutes(10));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void triesNextAddressOfName() throws Exception {
        StubDns.answers(StubDns.MOVING, "127.0.0.2", "127.0.0.1");
        under.settings =
                UpstreamUnderTest.settings(
                        URI.create("http://" + StubDns.MOVING + ":" + stub.port()));

        assertThat(answer()).isInstanceOf(Answered.class);
    }

    @Test
    void closesCancelledRequestWithoutTimingIt() throws Exception {
        stub.behaves(Behaviour.hangs());
        CompletableFuture<UpstreamOutcome> pending = ask();
        stub.awaitRequest();

        under.caller.close();

        assertThat(pending.get(10, TimeUnit.SECONDS)).isEqualTo(new UpstreamOutcome.Cancelled());
        stub.awaitOpenConnections(0);
        assertThat(under.timed.get()).isZero();
    }

    @Test
    void releasesSlotWhenRouteFails() throws Exception {
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
            GuardSettings oneSlot =
                    UpstreamUnderTest.settings(
                            Mode.AUTO, stub.uri(), 1, UpstreamUnderTest.PLAIN_PROBE);
            var upstream =
                    new ResilientUpstream(
                            () -> oneSlot,
                            new VerdictRule(status -> true),
                            loops,
                            System::nanoTime,
                            () -> false,
                            under);
            var request =
                    new UpstreamRequest("/auth", header -> {}, () -> under.client, under.caller);
            assertThatThrownBy(() -> upstream.ask(request, oneSlot)).hasMessage("no event loop");

            broken.set(false);

            assertThat(
                            upstream.ask(request, oneSlot)
                                    .toCompletableFuture()
                                    .get(10, TimeUnit.SECONDS))
                    .isInstanceOf(Answered.class);
        }
    }

    @Test
    void doesNotPrintHeadersOrQueries() {
        var request =
                new UpstreamRequest(
                        "/auth?code=secret",
                        header -> header.accept("Cookie", "secret"),
                        () -> under.client,
                        under.caller);

        assertThat(request.toString()).contains("/auth").doesNotContain("secret");
    }

    /** A wrong path in its URL, for instance: nobody gets a verdict. */
    @Test
    void statusThatIsNoVerdictIsFailure() throws Exception {
        try (var strict = UpstreamUnderTest.start(transport, status -> status == 200)) {
            strict.stub.behaves(Behaviour.answers(404));
            strict.answer();

            assertThat(strict.upstream.condition().failures().orElseThrow().reason())
                    .isEqualTo(FallbackReason.BAD_STATUS);
            assertThat(strict.upstream.condition().down()).isPresent();
            assertThat(strict.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
        }
    }

    @Test
    void knowsNothingOfAnotherUpstream() throws Exception {
        answer();
        under.limit(Duration.ofSeconds(2));
        answer();
        assertThat(under.upstream.condition().verdict()).isPresent();

        try (var other = StubUpstream.start(Behaviour.answers(503))) {
            under.settings = UpstreamUnderTest.settings(other.uri());
            answer();

            assertThat(under.upstream.condition().verdict()).isEmpty();
            assertThat(under.upstream.condition().failures()).isPresent();
        }
    }
}
