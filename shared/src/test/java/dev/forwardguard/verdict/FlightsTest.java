package dev.forwardguard.verdict;

import static dev.forwardguard.verdict.RememberingGuard.REUSE;
import static dev.forwardguard.verdict.RememberingGuard.allow;
import static dev.forwardguard.verdict.RememberingGuard.down;
import static dev.forwardguard.verdict.RememberingGuard.refusal;
import static dev.forwardguard.verdict.RememberingGuard.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Cancelled;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.upstream.UpstreamRequest;

import io.netty.util.concurrent.Promise;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Requests for the same while the answer is under way. */
@Timeout(30)
class FlightsTest {
    private RememberingGuard guard = new RememberingGuard();

    /** The answers that the upstream owes, in the order of the requests. */
    private final List<CompletableFuture<UpstreamOutcome>> owed = new CopyOnWriteArrayList<>();

    private final List<UpstreamRequest> sent = new CopyOnWriteArrayList<>();

    @BeforeEach
    void owe() {
        guard.settings = REUSE;
        guard.comeIntoForce();
        guard.plays(
                request -> {
                    var answer = new CompletableFuture<UpstreamOutcome>();
                    sent.add(request);
                    owed.add(answer);
                    return answer;
                });
    }

    private void restartWithSlow(Duration slow) {
        guard.close();
        guard = new RememberingGuard(slow);
        owe();
    }

    @AfterEach
    void close() {
        guard.close();
    }

    private List<CompletableFuture<UpstreamOutcome>> ask(int number) {
        var all = new ArrayList<CompletableFuture<UpstreamOutcome>>();
        for (int i = 0; i < number; i++) {
            all.add(guard.begin(guard.request(session("s"))));
        }
        return all;
    }

    @Test
    void manyGetAnswerToOne() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(60);
        assertThat(owed).hasSize(1);
        assertThat(guard.verdicts.waiting()).isEqualTo(59);

        owed.getFirst().complete(allow("alice"));

        assertThat(all).allSatisfy(each -> assertThat(each.join()).isInstanceOf(Answered.class));
        assertThat(owed).hasSize(1);
        assertThat(guard.verdicts.waiting()).isZero();
        assertThat(guard.verdicts.shared()).isEqualTo(59);
    }

    /** A redirect has the state of the one request that it answers. */
    @Test
    void eachAsksForItselfAfterAnyOtherAnswerAFewAtATime() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(20);

        for (int i = 0; i < 20; i++) {
            assertThat(owed.size() - i).isBetween(1, 4);
            owed.get(i).complete(refusal(302));
            guard.settle();
        }

        assertThat(owed).hasSize(20);
        assertThat(all).allSatisfy(each -> assertThat(each).isDone());
        assertThat(guard.verdicts.waiting()).isZero();
        assertThat(guard.verdicts.shared()).isZero();
    }

    @Test
    void sharesAnswerToOneOfThemLater() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(20);
        owed.getFirst().complete(down());
        guard.settle();
        assertThat(owed).hasSize(5);

        owed.get(3).complete(allow("alice"));

        guard.settle();
        assertThat(all.stream().filter(CompletableFuture::isDone).count()).isEqualTo(17);
        owed.subList(1, 5).forEach(each -> each.complete(down()));
        guard.settle();
        assertThat(all).allSatisfy(each -> assertThat(each).isDone());
        assertThat(owed).hasSize(5);
    }

    @Test
    void cancelledOneCancelsNoOther() {
        Promise<Void> hangUp = guard.hangUp();
        var first = guard.begin(guard.request(session("s"), hangUp));
        List<CompletableFuture<UpstreamOutcome>> others = ask(3);

        owed.getFirst().complete(new Cancelled());

        assertThat(first.join()).isEqualTo(new Cancelled());
        guard.settle();
        assertThat(owed).hasSize(2); // one of the others asks, and the rest wait for it
        owed.get(1).complete(allow("alice"));
        others.forEach(CompletableFuture::join);
        assertThat(owed).hasSize(2);
    }

    @Test
    void whoHangsUpWhileWaitingIsGone() {
        ask(1);
        Promise<Void> hangUp = guard.hangUp();
        var waits = guard.begin(guard.request(session("s"), hangUp));
        var waitsToo = ask(1).getFirst();

        hangUp.setSuccess(null);

        assertThat(waits.join()).isEqualTo(new Cancelled());
        assertThat(guard.verdicts.waiting()).isEqualTo(1);
        assertThat(waitsToo).isNotDone();
        owed.getFirst().complete(allow("alice"));
        waitsToo.join();
    }

    /** So that an upstream that hangs is noticed as soon as ever: five in a row have to fail. */
    @Test
    void moreAndMoreAskWhenFirstIsSlow() {
        restartWithSlow(Duration.ofMillis(200));
        ask(60);

        Eventually.until("some ask for themselves", () -> owed.size() == 8);
        Eventually.until("all ask for themselves", () -> owed.size() == 60);

        assertThat(guard.verdicts.waiting()).isZero();
    }

    @Test
    void waitCountsTowardsDeadline() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(3);
        guard.advance(Duration.ofSeconds(3));
        owed.getFirst().complete(down());
        guard.settle();

        assertThat(sent.get(1).waited()).isEqualTo(Duration.ofSeconds(3));
        assertThat(all.get(1)).isNotDone();
    }

    @Test
    void nobodyWaitsBeyondDeadline() {
        restartWithSlow(Duration.ofSeconds(2));
        List<CompletableFuture<UpstreamOutcome>> all = ask(20);
        guard.advance(Duration.ofSeconds(5));

        Eventually.until("the end of the wait", () -> all.getLast().isDone());

        assertThat(all.getLast().join()).isEqualTo(new Unavailable(FallbackReason.DEADLINE));
        assertThat(guard.verdicts.waiting()).isZero();
        assertThat(all.getFirst()).as("its own deadline is the upstream's").isNotDone();
    }

    @Test
    void beyondBoundRequestsAskAtOnce() {
        ask(1 + 256 + 10);

        assertThat(owed).hasSize(11);
        assertThat(guard.verdicts.waiting()).isEqualTo(256);
    }

    @Test
    void bugOfOneIsNotSharedAndWedgesNothing() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(3);

        owed.getFirst().completeExceptionally(new IllegalStateException("a bug"));

        assertThatThrownBy(() -> all.getFirst().join()).hasRootCauseMessage("a bug");
        guard.settle();
        assertThat(owed).hasSize(3);
        owed.get(1).complete(allow("alice"));
        owed.get(2).complete(allow("alice"));
        all.subList(1, 3).forEach(CompletableFuture::join);
        guard.advance(Duration.ofSeconds(11));
        ask(1);
        assertThat(owed).hasSize(4);
    }

    /** What was allowed before the sign-out is not for whoever comes after it. */
    @Test
    void answerThatWasForgottenIsNotShared() {
        List<CompletableFuture<UpstreamOutcome>> before = ask(1);
        guard.verdicts.signOut(session("s"), guard.settings).run();
        List<CompletableFuture<UpstreamOutcome>> after = ask(1);
        assertThat(owed).hasSize(1);

        owed.getFirst().complete(allow("alice"));
        guard.settle();

        assertThat(before.getFirst().join()).isInstanceOf(Answered.class);
        assertThat(owed).hasSize(2);
        owed.get(1).complete(refusal(302));
        assertThat(after.getFirst().join()).asString().contains("302");
    }

    @Test
    void whoseTimeIsUpDoesNotAsk() {
        List<CompletableFuture<UpstreamOutcome>> all = ask(2);
        guard.advance(Duration.ofSeconds(5));

        owed.getFirst().complete(down());

        assertThat(all.get(1).join()).isEqualTo(new Unavailable(FallbackReason.DEADLINE));
        assertThat(owed).hasSize(1);
    }

    /** As when the circuit opens while they wait: each is answered before its request returns. */
    @Test
    void manyAreAnsweredAtOnceOnSmallStack() throws Exception {
        List<CompletableFuture<UpstreamOutcome>> all = ask(1 + 256);
        guard.answers(down());

        Runnable first = () -> owed.getFirst().complete(down());
        Thread small = new Thread(null, first, "small stack", 128 * 1024);
        small.start();
        small.join();

        Eventually.until("all", () -> all.stream().allMatch(CompletableFuture::isDone));
        assertThat(all).allSatisfy(each -> assertThat(each.join()).isEqualTo(down()));
    }

    /** Whoever comes while one of those who waited asks in place of the first waits for it. */
    @Test
    void successorOfCancelledOneIsWaitedFor() {
        ask(2);
        owed.getFirst().complete(new Cancelled());
        Eventually.until("the successor", () -> owed.size() == 2);

        ask(1);

        assertThat(owed).hasSize(2);
        assertThat(guard.verdicts.waiting()).isEqualTo(1);
    }

    @Test
    void requestsWithoutKeyAreNeverJoined() {
        for (int i = 0; i < 3; i++) {
            guard.begin(guard.request(session("s").remove("Cookie")));
            guard.begin(guard.request(session("s").set("Authorization", "Bearer t")));
            guard.begin(guard.request(session("other" + i)));
        }

        assertThat(owed).hasSize(9);
        assertThat(guard.verdicts.waiting()).isZero();
    }
}
