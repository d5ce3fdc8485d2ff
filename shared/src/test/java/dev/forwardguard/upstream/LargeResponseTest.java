package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.Wire;
import dev.forwardguard.upstream.breaker.CircuitState;

import io.netty.channel.Channel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What large responses may take of the memory budget. */
@ParameterizedClass
@EnumSource
class LargeResponseTest {
    private static final int KIB = 1024;
    private static final int BUDGET = 2_000 * KIB;
    private static final int CALLERS = 40;
    private static final String UNFINISHED = "HTTP/1.1 200 OK\r\nX-Big: " + Wire.octets(200 * KIB);

    private final Transport transport;
    private final BufferBudget budget = new BufferBudget(BUDGET);
    private UpstreamUnderTest under;

    LargeResponseTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws Exception {
        under = UpstreamUnderTest.start(transport);
    }

    @AfterEach
    void stop() {
        under.close();
    }

    private Channel caller() throws Exception {
        Channel caller = under.connection();
        budget.open(caller);
        return caller;
    }

    private List<CompletableFuture<UpstreamOutcome>> askAtOnce() throws Exception {
        List<CompletableFuture<UpstreamOutcome>> pending = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            under.caller = caller();
            pending.add(under.ask());
        }
        return pending;
    }

    @Test
    void unfinishedHeadersTakeHalfAndSmallResponsesPass() throws Exception {
        Behaviour large = Behaviour.answersRaw(UNFINISHED).then(Ending.HANG);
        Behaviour small = Behaviour.answers(200);
        var asked = new AtomicInteger();
        under.stub.behaves(
                (dialogue, request) -> {
                    boolean probe = request.uri().equals("/probe");
                    boolean early = !probe && asked.incrementAndGet() <= CALLERS;
                    (early ? large : small).answer(dialogue, request);
                });
        List<CompletableFuture<UpstreamOutcome>> pending = askAtOnce();
        Eventually.until("all requests", () -> asked.get() == CALLERS);
        Eventually.until(
                "overload for most of them",
                () -> pending.stream().filter(CompletableFuture::isDone).count() >= CALLERS - 15);
        assertThat(budget.held()).isLessThan(BUDGET * 9 / 10);

        under.caller = caller();
        assertThat(under.answer()).isInstanceOf(Answered.class);

        assertThat(pending.stream().filter(CompletableFuture::isDone))
                .allSatisfy(
                        each ->
                                assertThat(each)
                                        .isCompletedWithValue(
                                                new Unavailable(FallbackReason.OVERLOAD)));
        assertThat(under.upstream.circuit()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void chargesFieldsOfHeadersThatAreUnfinished() throws Exception {
        under.stub.behaves(
                Behaviour.answersRaw("HTTP/1.1 200 OK\r\n" + "a:b\r\n".repeat(900))
                        .then(Ending.HANG));
        under.caller = caller();
        CompletableFuture<UpstreamOutcome> pending = under.ask();

        long bytes = 17 + 900 * 5;
        Eventually.until(
                "the fields to be charged",
                () -> budget.held() == bytes + 900L * BufferBudget.FIELD_BYTES);
        assertThat(pending).isNotDone();
    }

    @Test
    void chargesFieldsOfSmallResponses() throws Exception {
        String response = Wire.ok("Content-Length: 4", "A: b", "C: d") + "body";
        under.stub.behaves(Behaviour.answersRaw(response));
        under.caller = caller();

        assertThat(under.answer()).isInstanceOf(Answered.class);

        assertThat(budget.held()).isEqualTo(response.length() + 3L * BufferBudget.FIELD_BYTES);
    }

    @Test
    void givesEverythingBackWhenCallersLeave() throws Exception {
        var gate = new CountDownLatch(1);
        under.stub.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: 0", "X-Big: " + Wire.octets(KIB)))
                        .after(gate));
        List<Channel> callers = new ArrayList<>();
        List<CompletableFuture<UpstreamOutcome>> pending = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            under.caller = caller();
            callers.add(under.caller);
            pending.add(under.ask());
        }
        gate.countDown();
        for (CompletableFuture<UpstreamOutcome> each : pending) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isInstanceOf(Answered.class);
        }
        assertThat(budget.held()).isGreaterThan((long) CALLERS * KIB);

        for (Channel caller : callers) {
            caller.close().sync();
        }

        assertThat(budget.held()).isZero();
    }
}
