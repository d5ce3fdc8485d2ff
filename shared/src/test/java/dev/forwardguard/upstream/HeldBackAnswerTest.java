package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream that suddenly answers twice, in two small writes. Its system holds the second one
 * back until the first is acknowledged (RFC 9293 section 3.7.4). On a connection in use, that
 * happens when the next request arrives.
 */
@ParameterizedClass
@EnumSource
class HeldBackAnswerTest {
    private final Transport transport;
    private static final int REQUESTS_BEFORE = 9;

    private final AtomicInteger received = new AtomicInteger();
    private CountDownLatch mayAnswerTwice;
    private CountDownLatch answeredTwice;
    private CountDownLatch closed;
    private CountDownLatch mayPush;
    private CountDownLatch pushed;
    private volatile boolean holdsBack;
    private UpstreamUnderTest under;
    private ServerSocket server;

    HeldBackAnswerTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws Exception {
        mayAnswerTwice = new CountDownLatch(1);
        answeredTwice = new CountDownLatch(1);
        closed = new CountDownLatch(1);
        mayPush = new CountDownLatch(1);
        pushed = new CountDownLatch(1);
        holdsBack = true;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        under = UpstreamUnderTest.start(transport);
        under.settings =
                UpstreamUnderTest.settings(URI.create("http://127.0.0.1:" + server.getLocalPort()));
        ask(REQUESTS_BEFORE);
    }

    private void ask(int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            assertThat(status(under.answer())).isEqualTo(403);
        }
    }

    @AfterEach
    void stop() throws Exception {
        under.close();
        server.close();
    }

    @RepeatedTest(5)
    void neverReachesNextRequest() throws Exception {
        mayAnswerTwice.countDown();
        assertThat(status(under.answer())).isEqualTo(403);
        under.loops.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();

        assertThat(status(under.answer())).isEqualTo(403);
    }

    /**
     * The connection is idle for no longer than the event loop's turn, and so does not acknowledge
     * what it has. The upstream's system sends all at once, as that of most servers does.
     */
    @RepeatedTest(5)
    void neverReachesRequestInSameTurn() throws Exception {
        holdsBack = false;
        askTwiceInOneTurn();

        await(closed);
        assertThat(received).hasValue(REQUESTS_BEFORE + 2);
    }

    private void askTwiceInOneTurn() throws Exception {
        CompletableFuture<UpstreamOutcome> next = under.ask().thenCompose(first -> under.ask());
        Runnable answersTwice =
                () -> {
                    mayAnswerTwice.countDown();
                    await(answeredTwice);
                };
        // the first request is sent at the end of the turn
        under.loops.execute(() -> under.loops.execute(answersTwice));

        assertThat(status(next.get(10, TimeUnit.SECONDS))).isEqualTo(403);
    }

    /** The bytes arrive after the connection became idle and before the event loop looks at it. */
    @RepeatedTest(5)
    void isNoticedByBusyLoopBeforeNextRequest() throws Exception {
        under.loops.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();

        CompletableFuture<UpstreamOutcome> next =
                under.loops
                        .submit(
                                () -> {
                                    mayPush.countDown();
                                    await(pushed);
                                    return under.ask();
                                })
                        .get();

        assertThat(status(next.get(10, TimeUnit.SECONDS))).isEqualTo(403);
    }

    private static int status(UpstreamOutcome outcome) {
        return ((Answered) outcome).verdict().status().code();
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void answer(Socket socket) {
        int requests = 0;
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    received.incrementAndGet();
                    requests++;
                    if (requests == REQUESTS_BEFORE + 1) {
                        await(mayAnswerTwice);
                        socket.setTcpNoDelay(!holdsBack);
                    }
                    write(socket, "403 No");
                    if (requests == REQUESTS_BEFORE) {
                        Thread.ofVirtual().start(() -> pushTo(socket));
                    }
                    if (requests == REQUESTS_BEFORE + 1) {
                        write(socket, "200 Forged");
                        answeredTwice.countDown();
                    }
                }
            }
        } catch (IOException e) {
            // the guard has closed the connection
        }
        if (requests > REQUESTS_BEFORE) {
            closed.countDown();
        }
    }

    private void pushTo(Socket socket) {
        try {
            if (mayPush.await(10, TimeUnit.SECONDS)) {
                write(socket, "200 Forged");
                pushed.countDown();
            }
        } catch (IOException | InterruptedException e) {
            // this test has not used it
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Socket socket, String status) throws IOException {
        String answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(answer.getBytes(US_ASCII));
    }
}
