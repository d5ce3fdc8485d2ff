package dev.forwardguard.testing.guard;

import static dev.forwardguard.outcome.FallbackReason.DEADLINE;
import static dev.forwardguard.outcome.FallbackReason.DNS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.StubDns;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/** No caller waits longer than the deadline, whatever the upstream does. */
public abstract class DeadlineContract extends AgainstStubUpstream {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    /** The client's clock may start only after the guard has received the request. */
    private static final Duration HEAD_START = Duration.ofMillis(50);

    private static final Duration OFTEN = Duration.ofMillis(100);

    protected DeadlineContract(GuardKind kind) {
        super(kind);
    }

    /** All timeouts but the deadline are far longer than the tests. */
    @Override
    protected String limits() {
        return "connect-timeout: 20s, read-timeout: 20s, deadline: 1s";
    }

    static Stream<Named<Behaviour>> delays() {
        String half = "HTTP/1.1 200 OK\r\nX-Slow: ";
        String body = Wire.ok("Content-Length: 1000") + "x";
        return Stream.of(
                named("hangs before the headers", Behaviour.hangs()),
                named("never reads", Behaviour.acceptsAndNeverReads()),
                named("hangs in the headers", Behaviour.answersRaw(half).then(Ending.HANG)),
                named("drips in the headers", Behaviour.dripsForever(half, "x", OFTEN)),
                named("hangs in the body", Behaviour.answersRaw(body).then(Ending.HANG)),
                named("drips in the body", Behaviour.dripsForever(body, "x", OFTEN)));
    }

    @ParameterizedTest
    @MethodSource("delays")
    void holdsForSlowUpstream(Behaviour behaviour) throws IOException {
        upstream.behaves(behaviour);

        RawAnswer answer = ask();

        assertInTime(answer);
        assertFallback(answer, DEADLINE);
    }

    @Test
    void holdsForRetryAfterStaleConnection() throws IOException {
        upstream.behaves(Behaviour.answers(200).onReuse(Behaviour.closesBeforeAnswer()));
        try (var client = guard.http().connect()) {
            assertThat(client.ask(kind.authRequest()).status()).isEqualTo(200);
            upstream.behaves(Behaviour.hangs().onReuse(closesAfter(Duration.ofMillis(600))));

            RawAnswer answer = client.ask(kind.authRequest());

            assertInTime(answer);
            assertFallback(answer, DEADLINE);
        }
    }

    @Test
    void holdsForBlackhole() throws IOException {
        try (var blackhole = BlackholePort.open();
                var unreachable = warm("http://127.0.0.1:" + blackhole.port())) {
            RawAnswer answer = unreachable.http().ask(kind.authRequest());

            assertInTime(answer);
            assertThat(answer.header("X-Guard-Fallback")).contains(DEADLINE.label());
        }
    }

    @Test
    void holdsForSlowNameServer() throws IOException {
        StubDns.reset();
        try (var unreachable = warm("http://" + StubDns.SLOW + ":" + upstream.port())) {
            RawAnswer answer = unreachable.http().ask(kind.authRequest());

            assertInTime(answer);
            assertThat(answer.header("X-Guard-Fallback")).contains(DNS.label());
        } finally {
            StubDns.reset();
        }
    }

    private static Behaviour closesAfter(Duration silence) {
        return (dialogue, _) -> {
            dialogue.pause(silence);
            dialogue.close();
        };
    }

    private RunningGuard warm(String url) throws IOException {
        String settings = "upstream: {url: '%s', %s}\n".formatted(url, limits());
        RunningGuard other = RunningGuard.start(settings, Visitor.HTPASSWD);
        assertThat(other.http().ask("GET /healthz HTTP/1.1\r\nHost: guard\r\n\r\n").status())
                .isEqualTo(200);
        return other;
    }

    private static void assertInTime(RawAnswer answer) {
        assertThat(answer.elapsed()).isBetween(LIMIT.minus(HEAD_START), LIMIT.plus(TOLERANCE));
    }
}
