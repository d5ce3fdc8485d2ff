package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubDns;

import io.micrometer.core.instrument.MeterRegistry;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.stream.Stream;

/** A visitor who hangs up takes his question with him, and it counts for nothing. */
public abstract class HangUpContract extends AgainstStubUpstream {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    protected HangUpContract(GuardKind kind) {
        super(kind);
    }

    /** Few questions at a time: those that are never given up block all others. */
    @Override
    protected String limits() {
        return "connect-timeout: 20s, read-timeout: 20s, deadline: 20s, max-concurrent: 2";
    }

    static Stream<Named<Behaviour>> delays() {
        return Stream.of(
                named("before the headers", Behaviour.hangs()),
                named("in the headers", Behaviour.answersRaw("HTTP/1.1 2").then(Ending.HANG)),
                named(
                        "in the body",
                        Behaviour.answersRaw(Wire.ok("Content-Length: 9")).then(Ending.HANG)));
    }

    @ParameterizedTest
    @MethodSource("delays")
    void cancelsARequestThatHangs(Behaviour behaviour) throws IOException {
        upstream.behaves(behaviour);
        long asked = requestsTimed(guard);
        for (int turn = 1; turn <= 5; turn++) {
            try (RawConnection visitor = guard.http().connect()) {
                visitor.send(kind.authRequest().wire());
                upstream.awaitRequests(turn);
                if (turn == 2) {
                    visitor.reset();
                }
            }
            upstream.awaitOpenConnections(0);
        }

        upstream.behaves(Behaviour.answers(204));
        assertRelayed(ask(), 204);
        assertThat(requestsTimed(guard)).isEqualTo(asked + 1);
    }

    /** A connection that lingers for its client to close would be there for two seconds. */
    @Test
    void whoSaysThatNothingFollowsIsLetGoWithTheAnswer() throws IOException {
        upstream.behaves(Behaviour.answers(204));
        try (RawConnection visitor = guard.http().connect()) {
            long start = System.nanoTime();

            RawAnswer answer = visitor.ask(kind.authRequest().with("Connection", "close"));

            assertThat(answer.status()).isEqualTo(204);
            Eventually.until("the end", () -> status().contains("\"open\":0"));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(2));
        }
    }

    private String status() throws IOException {
        return guard.management().ask(RawRequest.get("/status")).body();
    }

    @Test
    void cancelsARequestThatIsStillConnecting() throws IOException {
        try (var blackhole = BlackholePort.open()) {
            assertGivenUp(blackhole.uri().toString());
        }
    }

    @Test
    void cancelsARequestThatIsStillLookingForTheAddress() throws IOException {
        StubDns.reset();
        try {
            assertGivenUp("http://" + StubDns.SLOW);
        } finally {
            StubDns.reset();
        }
    }

    private void assertGivenUp(String url) {
        String settings = "upstream: {url: '%s', %s}\n".formatted(url, limits());
        try (var lost = RunningGuard.start(settings, Visitor.HTPASSWD)) {
            for (int visitor = 1; visitor <= 5; visitor++) {
                Eventually.until("visitor " + visitor + " to wait", () -> waitsAndHangsUp(lost));
            }
        }
    }

    /**
     * Not so if he gets an answer at once, which can only say that another question is under way.
     */
    private boolean waitsAndHangsUp(RunningGuard lost) throws IOException {
        try {
            lost.http().limit(PATIENCE).ask(kind.authRequest());
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    private static long requestsTimed(RunningGuard guard) {
        return guard.bean(MeterRegistry.class).get("guard.upstream").timer().count();
    }
}
