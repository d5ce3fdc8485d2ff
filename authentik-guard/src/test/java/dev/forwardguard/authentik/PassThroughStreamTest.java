package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.Wire;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Checks that the pass-through streams bodies. */
final class PassThroughStreamTest extends AgainstStubUpstream {
    private static final String PATH = "/outpost.goauthentik.io/static/large";
    private static final RawRequest GET = RawRequest.get(PATH);
    private static final RawRequest POST = RawRequest.of("POST", PATH);

    PassThroughStreamTest() {
        super(Authentik.KIND);
    }

    @Test
    void streamsLargeBodiesBothWays() throws IOException {
        String body = "0123456789abcdef".repeat(5 << 16);
        upstream.behaves(
                (dialogue, request) ->
                        dialogue.send(
                                Wire.ok("Content-Length: " + request.body().length())
                                        + request.body()));

        RawAnswer answer = ask(POST.with("Content-Length", "" + body.length()).body(body));

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void streamsChunkedBodiesBothWays() throws IOException {
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
    void streamsBodyWhileItArrives() throws IOException {
        var seen = new CountDownLatch(1);
        upstream.behaves(
                (dialogue, _) -> {
                    dialogue.send(Wire.ok("Content-Length: 10") + "first");
                    seen.await();
                    dialogue.send("after");
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
    void signalsTruncatedBody(Ending ending) {
        upstream.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: 100") + "half").then(ending));

        assertThatThrownBy(() -> ask(GET)).isInstanceOf(IOException.class);
    }

    /** Reading the rest of the response would hold a place for a visitor who is gone. */
    @Test
    void closesUpstreamConnectionAfterHangUpInBody() throws IOException {
        int large = 32 << 20;
        upstream.behaves(
                Behaviour.answersRaw(Wire.ok("Content-Length: " + large) + Wire.octets(large)));
        InetSocketAddress server = guard.http().server();
        try (Socket visitor = new Socket(server.getAddress(), server.getPort())) {
            visitor.setSoTimeout(10_000);
            visitor.getOutputStream().write(GET.wire().getBytes(ISO_8859_1));
            assertThat(readUntil(visitor.getInputStream(), "xxxx")).endsWith("xxxx");
        }
        upstream.awaitOpenConnections(0);
        upstream.behaves(Behaviour.answers(Answer.of(200).body("next")));

        RawAnswer answer = ask(GET);

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo("next");
    }

    /** The rest of a response that nobody wants must not stay in direct memory. */
    @Test
    void releasesBodyIfVisitorHungUp() throws Exception {
        var gone = new Semaphore(0);
        String page = Wire.ok("Content-Length: " + (100 << 10)) + Wire.octets(100 << 10);
        upstream.behaves(
                (dialogue, _) -> {
                    gone.acquire();
                    dialogue.send(page);
                });
        hangUpBeforeAnswer(20, gone);
        long before = directMemory();

        hangUpBeforeAnswer(200, gone);

        assertThat(directMemory() - before).isLessThan(8 << 20);
    }

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private void hangUpBeforeAnswer(int visitors, Semaphore gone) throws IOException {
        InetSocketAddress server = guard.http().server();
        for (int i = 0; i < visitors; i++) {
            int received = upstream.requests().size();
            try (Socket visitor = new Socket(server.getAddress(), server.getPort())) {
                visitor.getOutputStream().write(GET.wire().getBytes(ISO_8859_1));
                Eventually.until("the request", () -> upstream.requests().size() > received);
            }
            gone.release();
        }
        gone.release();
        assertRelayed(ask(GET), 200); // by now the outpost has answered the others, too
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
