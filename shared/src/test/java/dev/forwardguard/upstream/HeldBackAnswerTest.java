package dev.forwardguard.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.forwardguard.upstream.UpstreamOutcome.Answered;

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

/**
 * An upstream that one day answers twice, in two small writes: its system holds the second back
 * until the first is acknowledged (RFC 9293 section 3.7.4), which on a connection in use is when
 * the next question arrives.
 */
@ParameterizedClass
@EnumSource
class HeldBackAnswerTest {
    private final Transport transport;
    private static final int QUESTIONS_BEFORE = 9;

    private final CountDownLatch mayAnswerTwice = new CountDownLatch(1);
    private final CountDownLatch answeredTwice = new CountDownLatch(1);
    private final CountDownLatch mayTalk = new CountDownLatch(1);
    private final CountDownLatch talked = new CountDownLatch(1);
    private UpstreamUnderTest under;
    private ServerSocket server;

    HeldBackAnswerTest(Transport transport) {
        this.transport = transport;
    }

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        under = UpstreamUnderTest.start(transport);
        under.settings =
                UpstreamUnderTest.settings(URI.create("http://127.0.0.1:" + server.getLocalPort()));
        for (int i = 0; i < QUESTIONS_BEFORE; i++) {
            assertThat(status(under.answer())).isEqualTo(403);
        }
    }

    @AfterEach
    void stop() throws Exception {
        under.close();
        server.close();
    }

    @RepeatedTest(5)
    void neverReachesTheNextQuestion() throws Exception {
        mayAnswerTwice.countDown();
        assertThat(status(under.answer())).isEqualTo(403);
        under.loops.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();

        assertThat(status(under.answer())).isEqualTo(403);
    }

    /** The connection has no time to rest, and the upstream's system none to send what it holds. */
    @RepeatedTest(5)
    void neverReachesAQuestionThatIsAskedInTheSameTurn() throws Exception {
        CompletableFuture<UpstreamOutcome> next = under.ask().thenCompose(first -> under.ask());
        Runnable answersTwice =
                () -> {
                    mayAnswerTwice.countDown();
                    await(answeredTwice);
                };
        // the first question leaves at the end of the turn
        under.loops.execute(() -> under.loops.execute(answersTwice));

        assertThat(status(next.get(10, TimeUnit.SECONDS))).isEqualTo(403);
    }

    /**
     * It came after the connection had been put to rest, and before the event loop looked at it.
     */
    @RepeatedTest(5)
    void isNoticedBeforeTheNextQuestionEvenByABusyLoop() throws Exception {
        under.loops.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();

        CompletableFuture<UpstreamOutcome> next =
                under.loops
                        .submit(
                                () -> {
                                    mayTalk.countDown();
                                    await(talked);
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
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            int questions = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    questions++;
                    if (questions == QUESTIONS_BEFORE + 1) {
                        await(mayAnswerTwice);
                    }
                    write(socket, "403 No");
                    if (questions == QUESTIONS_BEFORE) {
                        Thread.ofVirtual().start(() -> talkTo(socket));
                    }
                    if (questions == QUESTIONS_BEFORE + 1) {
                        write(socket, "200 Forged");
                        answeredTwice.countDown();
                    }
                }
            }
        } catch (IOException e) {
            // the guard has closed it
        }
    }

    private void talkTo(Socket socket) {
        try {
            if (mayTalk.await(10, TimeUnit.SECONDS)) {
                write(socket, "200 Forged");
                talked.countDown();
            }
        } catch (IOException | InterruptedException e) {
            // another test
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
