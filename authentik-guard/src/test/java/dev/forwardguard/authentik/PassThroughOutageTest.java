package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Checks the error page that visitors get when the outpost does not answer. */
final class PassThroughOutageTest extends AgainstStubUpstream {
    private static final RawRequest GET = RawRequest.get("/outpost.goauthentik.io/start");

    PassThroughOutageTest() {
        super(Authentik.KIND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 2", "garbage\r\n\r\n"})
    void sends502IfOutpostBreaksOff(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets).then(Ending.CLOSE));

        assertPage(ask(GET), 502);
    }

    @Test
    void sends502IfOutpostRefusesConnection() throws IOException {
        upstream.goDown();

        assertPage(ask(GET), 502);

        upstream.comeBack();
        assertRelayed(ask(GET), 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "upstream"})
    void sendsSamePageInEachMode(String mode) throws IOException {
        upstream.goDown();
        try (var other = RunningGuard.start("mode: " + mode + "\n" + settings())) {
            RawAnswer answer = other.http().ask(GET.with("Accept", "text/html,*/*;q=0.8"));

            assertPage(answer, 502);
            assertThat(answer.headers("Content-Type")).containsExactly("text/html; charset=utf-8");
        }
    }

    @Test
    void sends502IfOutpostNameIsUnknown() throws IOException {
        try (var lost = RunningGuard.start("upstream: {url: 'http://" + StubDns.UNKNOWN + "'}\n")) {
            assertPage(lost.http().ask(GET), 502);
        }
    }

    @Test
    void sends504IfOutpostHangs() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var other = withShortTimeouts(settings())) {
            RawAnswer answer = other.http().ask(GET);

            assertPage(answer, 504);
            assertThat(answer.elapsed()).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void answersInTimeIfOutpostIsUnreachable() throws IOException {
        try (var blackhole = BlackholePort.open();
                var other = withShortTimeouts("upstream: {url: '" + blackhole.uri() + "'}\n")) {
            RawAnswer answer = other.http().ask(GET);

            assertThat(answer.status()).isIn(502, 504);
            assertThat(answer.elapsed()).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void closesUpstreamConnectionAfterHangUp() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var other = withShortTimeouts(settings())) {
            try (RawConnection visitor = other.http().connect()) {
                visitor.send(GET.wire());
                upstream.awaitRequests(1);
            }
            upstream.awaitOpenConnections(0);
        }
    }

    @Test
    void contactsNoOutpostInModeFallback() throws IOException {
        try (var drill = RunningGuard.start("mode: fallback\n" + settings())) {
            assertPage(drill.http().ask(GET), 503);
        }
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void followsOutpostAddressLive() throws IOException {
        try (var moved = RunningGuard.start("upstream: {url: 'http://127.0.0.1:9'}\n")) {
            moved.files().settings(settings());

            Eventually.until("the outpost", () -> moved.http().ask(GET).status() == 200);
        }
    }

    private static RunningGuard withShortTimeouts(String settings) {
        return RunningGuard.start(
                GuardFiles.with(settings),
                Map.of(
                        "micronaut.http.services.outpost.read-timeout", "500ms",
                        "micronaut.http.services.outpost.connect-timeout", "500ms"));
    }

    private static void assertPage(RawAnswer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body())
                .contains("login service is not available", "Single sign-on is unavailable");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }
}
