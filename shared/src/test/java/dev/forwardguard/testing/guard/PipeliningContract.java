package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * Checks that a client may send further requests before it has the response, and that they cost the
 * guard nothing but their bytes until their turn comes.
 */
public abstract class PipeliningContract extends AgainstStubUpstream {
    private static final int KIB = 1024;

    protected PipeliningContract(GuardKind kind) {
        super(kind);
    }

    private void answersWithTurn() {
        upstream.behaves(
                (dialogue, request) ->
                        dialogue.send(
                                Answer.of(403)
                                        .body(request.header("X-Turn").orElse("none"))
                                        .wire()));
    }

    private RawRequest turn(int number) {
        return kind.authRequest().with("X-Turn", "" + number);
    }

    @Test
    void answersManyRequestsInOrder() throws IOException {
        answersWithTurn();
        var all = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            all.append(turn(i).wire());
        }
        try (RawConnection client = guard.http().connect()) {
            client.send(all.toString());

            for (int i = 0; i < 500; i++) {
                assertThat(client.receive().body()).isEqualTo("" + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5", "Transfer-Encoding: chunked"})
    void answersRequestsWithBodiesInOrder(String framing) throws IOException {
        answersWithTurn();
        String body = framing.startsWith("C") ? "a\r\n\r\n" : "5\r\n0\r\n\r\n\r\n0\r\nT: t\r\n\r\n";
        String name = framing.substring(0, framing.indexOf(':'));
        String value = framing.substring(framing.indexOf(' ') + 1);
        var all = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            all.append(
                    kind.authRequest("POST")
                            .with("X-Turn", "" + i)
                            .with(name, value)
                            .body(body)
                            .wire());
        }
        try (RawConnection client = guard.http().connect()) {
            client.send(all.toString());

            for (int i = 0; i < 50; i++) {
                assertThat(client.receive().body()).isEqualTo("" + i);
            }
        }
    }

    /** Nothing is asked for a request before the response in front of it was sent. */
    @Test
    void asksOneRequestAfterTheOther() throws IOException {
        var gate = new CountDownLatch(1);
        upstream.behaves(Behaviour.answers(403).after(gate));
        try (RawConnection client = guard.http().connect()) {
            client.send(turn(1).wire() + turn(2).wire());
            upstream.awaitRequests(1);
            assertThat(ask("/healthz")).isEqualTo("ok\n");
            assertThat(upstream.requests()).hasSize(1);

            gate.countDown();
            assertThat(client.receive().status()).isEqualTo(403);
            assertThat(client.receive().status()).isEqualTo(403);
        }
    }

    /** What it has read ahead is limited, so the rest of 8 MiB stays in the client's system. */
    @Test
    void holdsLittleOfWhatIsSentBehindSlowRequest() throws IOException {
        var gate = new CountDownLatch(1);
        upstream.behaves(Behaviour.answers(403).after(gate));
        try (RawConnection client = guard.http().connect()) {
            client.send(turn(1).wire());
            upstream.awaitRequests(1);
            client.send(turn(2).with("A", Wire.octets(4 * KIB)).wire().repeat(2048));
            Eventually.until("bytes to wait", () -> buffered() > 64 * KIB);

            assertThat(ask("/healthz")).isEqualTo("ok\n");
            assertThat(buffered()).isLessThan(200 * KIB);
            gate.countDown();
            assertThat(client.receive().status()).isEqualTo(403);
        }
        Eventually.until("nothing to be held", () -> buffered() == 0);
    }

    @Test
    void cancelsSlowRequestWhenClientThatPipelinesHangsUp() throws IOException {
        upstream.behaves(Behaviour.hangs());
        try (RawConnection client = guard.http().connect()) {
            client.send(turn(1).wire() + turn(2).wire());
            upstream.awaitRequests(1);
        }
        upstream.awaitOpenConnections(0);
        assertThat(upstream.requests()).hasSize(1);
    }

    private long buffered() throws IOException {
        String status = guard.status();
        return Long.parseLong(status.replaceAll("(?s).*\"buffered-bytes\":(\\d+).*", "$1"));
    }

    private String ask(String path) throws IOException {
        return guard.http().ask(RawRequest.get(path)).body();
    }
}
