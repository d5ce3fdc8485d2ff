package dev.forwardguard.testing.guard;

import static dev.forwardguard.outcome.FallbackReason.CONNECT_REFUSED;
import static dev.forwardguard.outcome.FallbackReason.CONNECT_TIMEOUT;
import static dev.forwardguard.outcome.FallbackReason.DNS;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RefusingPort;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Upstreams that no request ever reaches. */
public abstract class UnreachableContract {
    private final GuardKind kind;

    protected UnreachableContract(GuardKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    @AfterEach
    void forgetNames() {
        StubDns.reset();
    }

    @Test
    void reportsRefusedConnection() throws IOException {
        try (var port = RefusingPort.open();
                var guard = guardFor(port.uri().toString())) {
            assertFallback(guard, CONNECT_REFUSED);
        }
    }

    @Test
    void reportsConnectTimeout() throws IOException {
        try (var port = BlackholePort.open();
                var guard = guardFor(port.uri().toString())) {
            RawAnswer answer = assertFallback(guard, CONNECT_TIMEOUT);

            assertThat(answer.elapsed()).isBetween(Duration.ofMillis(450), Duration.ofMillis(750));
        }
    }

    @Test
    void reportsUnknownName() throws IOException {
        try (var guard = guardFor("http://" + StubDns.UNKNOWN)) {
            assertFallback(guard, DNS);
        }
    }

    /** Also names that are none for java.net.URI, and one with the dot at its end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth_server.test",
                "_web._tcp.test",
                "stack-auth_server-1.test",
                "app-.test",
                "7.test",
                "auth_server.test.",
                "127.0.0.1"
            })
    void reachesEveryName(String name) throws IOException {
        if (name.contains("test")) {
            StubDns.answers(name, "127.0.0.1");
        }
        try (var upstream = StubUpstream.start();
                var guard = guardFor("http://" + name + ":" + upstream.port())) {
            RawAnswer answer = guard.http().ask(kind.authRequest());

            assertThat(answer.header("X-Guard-Fallback")).isEmpty();
            assertThat(upstream.requests().getFirst().headers("Host"))
                    .containsExactly(name + ":" + upstream.port());
        }
    }

    @Test
    void reportsUnresponsiveNameServer() throws IOException {
        try (var guard = guardFor("http://" + StubDns.SLOW)) {
            assertFallback(guard, DNS);
            assertThat(guard.http().ask("GET /healthz HTTP/1.1\r\nHost: guard\r\n\r\n").elapsed())
                    .isLessThan(Duration.ofMillis(500));
        }
    }

    @Test
    void usesLastKnownAddressWhileLookupsFail() throws IOException {
        StubDns.answers(StubDns.MOVING, "127.0.0.1");
        try (var upstream = StubUpstream.start();
                var guard = guardFor("http://" + StubDns.MOVING + ":" + upstream.port())) {
            assertThat(guard.http().ask(kind.authRequest()).header("X-Guard-Fallback")).isEmpty();
            StubDns.answers(StubDns.MOVING);

            Eventually.until(
                    "a look-up that fails",
                    () -> {
                        RawAnswer answer = guard.http().ask(kind.authRequest());
                        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
                        return StubDns.lookups(StubDns.MOVING) > 1;
                    });

            assertThat(guard.http().ask(kind.authRequest()).header("X-Guard-Fallback")).isEmpty();
        }
    }

    @Test
    void triesNextAddressAfterRefusedConnection() throws IOException {
        StubDns.answers(StubDns.MOVING, "127.0.0.2", "127.0.0.1");
        try (var upstream = StubUpstream.start();
                var guard = guardFor("http://" + StubDns.MOVING + ":" + upstream.port())) {
            RawAnswer answer = guard.http().ask(kind.authRequest());

            assertThat(answer.header("X-Guard-Fallback")).isEmpty();
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    private RunningGuard guardFor(String url) {
        return RunningGuard.start(
                "upstream: {url: '%s', connect-timeout: 500ms, deadline: 1s}\n".formatted(url),
                Visitor.HTPASSWD);
    }

    private RawAnswer assertFallback(RunningGuard guard, FallbackReason reason) throws IOException {
        FallbackCounters before = guard.fallbacks();

        RawAnswer answer = guard.http().ask(kind.authRequest());

        assertThat(answer.headers("X-Guard-Fallback")).containsExactly(reason.label());
        assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict());
        assertThat(guard.fallbacks().since(before))
                .isEqualTo(Map.of(reason.label() + " " + kind.outcomeWithoutVerdict().label(), 1L));
        return answer;
    }
}
