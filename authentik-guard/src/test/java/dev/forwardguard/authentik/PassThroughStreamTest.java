package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.BlackholePort;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubDns;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.Patience;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Wire;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Bodies that are passed on while they come, and outposts that do not answer. */
final class PassThroughStreamTest extends AgainstStubUpstream {
    private static final String PATH = "/outpost.goauthentik.io/static/large";
    private static final RawRequest GET = RawRequest.get(PATH);
    private static final RawRequest POST = RawRequest.of("POST", PATH);

    PassThroughStreamTest() {
        super(Authentik.KIND);
    }

    @Test
    void largeBodiesPassBothWays() throws IOException {
        String body = "0123456789abcdef".repeat(5 << 16);
        upstream.behaves(
                (conversation, asked) ->
                        conversation.send(
                                Wire.ok("Content-Length: " + asked.body().length())
                                        + asked.body()));

        RawAnswer answer = ask(POST.with("Content-Length", "" + body.length()).body(body));

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void chunkedBodiesPassBothWays() throws IOException {
        String chunk = "10000\r\n" + Wire.octets(1 << 16) + "\r\n";
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.ok("Transfer-Encoding: chunked") + chunk.repeat(48) + "0\r\n\r\n"));

        RawAnswer answer =
                ask(POST.with("Transfer-Encoding", "chunked").body(chunk.repeat(48) + "0\r\n\r\n"));

        assertThat(answer.body()).hasSize(3 << 20);
        assertThat(upstream.awaitRequest().body()).hasSize(3 << 20);
    }

    @Test
    void aBodyIsPassedOnWhileItComes() throws IOException {
        var seen = new CountDownLatch(1);
        upstream.behaves(
                (conversation, _) -> {
                    conversation.send(Wire.ok("Content-Length: 10") + "first");
                    seen.await();
                    conversation.send("after");
                });
        InetSocketAddress server = guard.http().server();
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(GET.wire().getBytes(ISO_8859_1));
            assertThat(readUntil(socket.getInputStream(), "first")).contains("first");

            seen.countDown();

            assertThat(readUntil(socket.getInputStream(), "after")).isEqualTo("after");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLOSE", "RESET"})
    void aTruncatedBodyIsNotTakenForAWholeOne(Ending ending) {
        upstream.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: 100") + "half").then(ending));

        assertThatThrownBy(() -> ask(GET)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 2", "garbage\r\n\r\n"})
    void anOutpostThatBreaksOffIsABadGateway(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets).then(Ending.CLOSE));

        assertPage(ask(GET), 502);
    }

    @Test
    void anOutpostThatRefusesIsABadGateway() throws IOException {
        upstream.goDown();

        assertPage(ask(GET), 502);

        upstream.comeBack();
        assertRelayed(ask(GET), 200);
    }

    @Test
    void anUnknownOutpostIsABadGateway() throws IOException {
        try (var lost = RunningGuard.start("upstream: {url: 'http://" + StubDns.UNKNOWN + "'}\n")) {
            assertPage(lost.http().ask(GET), 502);
        }
    }

    @Test
    void anOutpostThatHangsIsAGatewayTimeout() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var impatient = impatient(settings())) {
            RawAnswer answer = impatient.http().ask(GET);

            assertPage(answer, 504);
            assertThat(answer.elapsed()).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void anOutpostThatNobodyReachesIsAnsweredInTime() throws IOException {
        try (var blackhole = BlackholePort.open();
                var impatient = impatient("upstream: {url: '" + blackhole.uri() + "'}\n")) {
            RawAnswer answer = impatient.http().ask(GET);

            assertThat(answer.status()).isIn(502, 504);
            assertThat(answer.elapsed()).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void aVisitorWhoHangsUpLeavesNothingBehind() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (var impatient = impatient(settings())) {
            try (RawConnection visitor = impatient.http().connect()) {
                visitor.send(GET.wire());
                upstream.awaitRequests(1);
            }
            upstream.awaitOpenConnections(0);
        }
    }

    @Test
    void aVisitorWhoHangsUpInTheBodyEndsIt() throws IOException {
        upstream.behaves(
                Behaviour.dripsForever(
                        Wire.ok("Content-Length: 1000000000") + Wire.octets(1 << 16),
                        Wire.octets(1 << 16),
                        Duration.ofMillis(10)));
        InetSocketAddress server = guard.http().server();
        try (Socket visitor = new Socket(server.getAddress(), server.getPort())) {
            visitor.setSoTimeout(10_000);
            visitor.getOutputStream().write(GET.wire().getBytes(ISO_8859_1));
            assertThat(readUntil(visitor.getInputStream(), "xxxx")).endsWith("xxxx");
        }
        upstream.awaitOpenConnections(0);
    }

    @Test
    void inModeFallbackTheOutpostIsLeftAlone() throws IOException {
        try (var drill = RunningGuard.start("mode: fallback\n" + settings())) {
            assertPage(drill.http().ask(GET), 503);
        }
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void theAddressOfTheOutpostIsFollowedLive() throws IOException {
        try (var moved = RunningGuard.start("upstream: {url: 'http://127.0.0.1:9'}\n")) {
            moved.files().settings(settings());

            Patience.until("the outpost", () -> moved.http().ask(GET).status() == 200);
        }
    }

    private static RunningGuard impatient(String settings) {
        return RunningGuard.start(
                GuardFiles.with(settings),
                Map.of(
                        "micronaut.http.services.outpost.read-timeout", "500ms",
                        "micronaut.http.services.outpost.connect-timeout", "500ms"));
    }

    private static void assertPage(RawAnswer answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains("login service is not available");
        assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        assertThat(answer.header("X-Guard-Fallback")).isEmpty();
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        var text = new StringBuilder();
        int octet;
        while (!text.toString().endsWith(end) && (octet = in.read()) >= 0) {
            text.append((char) octet);
        }
        return text.toString();
    }
}
