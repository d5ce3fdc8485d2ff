package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
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

/** When a caller hangs up, the guard cancels the upstream request, and it counts for nothing. */
public abstract class HangUpContract extends AgainstStubUpstream {
    private static final Duration CLIENT_TIMEOUT = Duration.ofMillis(300);

    protected HangUpContract(GuardKind kind) {
        super(kind);
    }

    /**
     * Few requests at a time, two for the one client address: those that are never cancelled block
     * all others.
     */
    @Override
    protected String limits() {
        return "connect-timeout: 20s, read-timeout: 20s, deadline: 20s, max-concurrent: 8";
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
    void cancelsHangingRequest(Behaviour behaviour) throws IOException {
        upstream.behaves(behaviour);
        long before = requestsTimed(guard);
        for (int turn = 1; turn <= 5; turn++) {
            try (RawConnection caller = guard.http().connect()) {
                caller.send(kind.authRequest().wire());
                upstream.awaitRequests(turn);
                if (turn == 2) {
                    caller.reset();
                }
            }
            upstream.awaitOpenConnections(0);
        }

        upstream.behaves(Behaviour.answers(204));
        assertRelayed(ask(), 204);
        assertThat(requestsTimed(guard)).isEqualTo(before + 1);
    }

    /** A connection that lingers until its client closes would stay open for two seconds. */
    @Test
    void closesWithResponseToLastRequest() throws IOException {
        upstream.behaves(Behaviour.answers(204));
        try (RawConnection caller = guard.http().connect()) {
            long start = System.nanoTime();

            RawAnswer answer = caller.ask(kind.authRequest().with("Connection", "close"));

            assertThat(answer.status()).isEqualTo(204);
            Eventually.until("the end", () -> status().contains("\"open\":0"));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(2));
        }
    }

    private String status() throws IOException {
        return guard.status();
    }

    @Test
    void cancelsConnectingRequest() throws IOException {
        try (var blackhole = BlackholePort.open()) {
            assertCancelled(blackhole.uri().toString());
        }
    }

    @Test
    void cancelsResolvingRequest() throws IOException {
        StubDns.reset();
        try {
            assertCancelled("http://" + StubDns.SLOW);
        } finally {
            StubDns.reset();
        }
    }

    private void assertCancelled(String url) {
        String settings = "upstream: {url: '%s', %s}\n".formatted(url, limits());
        try (var unreachable = RunningGuard.start(settings, Visitor.HTPASSWD)) {
            for (int caller = 1; caller <= 5; caller++) {
                Eventually.until(
                        "caller " + caller + " to wait", () -> waitsAndHangsUp(unreachable));
            }
        }
    }

    /**
     * Returns false if there is a response at once, which can only mean that other requests are
     * still in flight.
     */
    private boolean waitsAndHangsUp(RunningGuard unreachable) throws IOException {
        try {
            unreachable.http().limit(CLIENT_TIMEOUT).ask(kind.authRequest());
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    private static long requestsTimed(RunningGuard guard) {
        return guard.bean(MeterRegistry.class).get("guard.upstream").timer().count();
    }
}
