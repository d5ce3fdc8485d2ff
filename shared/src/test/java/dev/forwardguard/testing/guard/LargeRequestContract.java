package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Header;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Browsers accumulate one session cookie per application. A guard reads up to 256 KiB of headers.
 * If there are more, it answers without reading them.
 */
public abstract class LargeRequestContract extends AgainstStubUpstream {
    private static final int KIB = 1024;

    /** A header that this guard forwards. */
    private final String name;

    protected LargeRequestContract(GuardKind kind, String name) {
        super(kind);
        this.name = name;
    }

    /** Asserts the guard's response to a request that it cannot read. */
    protected abstract void assertUnreadable(RawAnswer answer, int status);

    @ParameterizedTest
    @CsvSource({"1, 240", "30, 8", "190, 1.25"})
    void forwards240KibOfHeadersUnchanged(int count, double kib) throws IOException {
        List<Header> many =
                IntStream.range(0, count)
                        .mapToObj(i -> new Header(name, i + "=" + Wire.octets((int) (kib * KIB))))
                        .toList();
        var request = kind.authRequest();
        List<Header> all = Stream.concat(request.headers().stream(), many.stream()).toList();

        RawAnswer answer = ask(new RawRequest("GET", kind.path(), all, ""));

        assertRelayed(answer, 200);
        assertThat(upstream.awaitRequest().headers(name))
                .isEqualTo(many.stream().map(Header::value).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {257, 300, 4096})
    void answersMoreThan256KibWithoutReadingThem(int kib) throws IOException {
        RawAnswer answer = ask(kind.authRequest().with(name, Wire.octets(kib * KIB)));

        assertUnreadable(answer, 431);
        assertThat(answer.closed()).isTrue();
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void forwards200Fields() throws IOException {
        RawRequest request = kind.authRequest();
        String line = name + ": a\r\n";
        int more = 200 - request.headers().size();

        assertRelayed(guard.http().ask(headOf(request) + line.repeat(more) + "\r\n"), 200);
        assertThat(upstream.awaitRequest().headers(name)).hasSize(more);
    }

    /** Each of them costs far more memory than its bytes. */
    @ParameterizedTest
    @ValueSource(ints = {201, 1000, 24_000})
    void limitsNumberOfFields(int fields) throws IOException {
        RawRequest request = kind.authRequest();
        String line = "A1f: b\r\n";

        RawAnswer answer =
                guard.http()
                        .ask(
                                headOf(request)
                                        + line.repeat(fields - request.headers().size())
                                        + "\r\n");

        assertUnreadable(answer, 431);
        assertThat(answer.closed()).isTrue();
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 50_000, 120_000})
    void limitsWordsOfConnection(int words) throws IOException {
        String connection = "a" + ",a".repeat(words - 1);

        RawAnswer answer = ask(kind.authRequest().with("Connection", connection));

        assertUnreadable(answer, 400);
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void limitsWordsOfAllConnectionLinesTogether() throws IOException {
        RawRequest request = kind.authRequest();
        String line = "Connection: close\r\n";
        assertRelayed(guard.http().ask(headOf(request) + line.repeat(32) + "\r\n"), 200);
        upstream.forget();

        RawAnswer answer = guard.http().ask(headOf(request) + line.repeat(33) + "\r\n");

        assertUnreadable(answer, 400);
        assertThat(upstream.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 120_000})
    void rejectsFoldedLines(int lines) throws IOException {
        RawAnswer answer =
                guard.http()
                        .ask(
                                headOf(kind.authRequest())
                                        + "A: b\r\n"
                                        + " \r\n".repeat(lines)
                                        + "\r\n");

        assertUnreadable(answer, 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "identity", "chunked;a=b", "chunked, chunked"})
    void rejectsTransferEncodingThatIsNotChunked(String coding) throws IOException {
        RawRequest post = kind.authRequest("POST").with("Transfer-Encoding", coding);

        assertUnreadable(ask(post.body("0\r\n\r\n")), 400);
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void limitsManySmallHeaders() throws IOException {
        RawRequest request = kind.authRequest();
        String line = name + ": " + Wire.octets(100) + "\r\n";

        RawAnswer answer = guard.http().ask(headOf(request) + line.repeat(3000) + "\r\n");

        assertUnreadable(answer, 431);
    }

    @Test
    void answersWhileClientIsStillSending() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            client.send(headOf(kind.authRequest()) + name + ": " + Wire.octets(300 * KIB));
            assertUnreadable(client.receive(), 431);
        }
    }

    /**
     * The second response may come before the third request has arrived completely. It then
     * announces that it is the last one on this connection (RFC 9112 section 9.6).
     */
    @Test
    void answersEarlierRequestsBeforeTooLargeOne() throws IOException {
        String large = kind.authRequest().with(name, Wire.octets(300 * KIB)).wire();

        try (RawConnection client = afterTwoRequests(large)) {
            assertThat(client.receive().body()).isEqualTo("first");
            RawAnswer second = client.receive();
            assertThat(second.body()).isEqualTo("second");
            if (second.closed()) {
                assertThat(second.header("Connection")).contains("close");
            } else {
                assertUnreadable(client.receive(), 431);
                assertThat(client.awaitClosed()).isTrue();
            }
        }
    }

    @Test
    void answersEarlierRequestsBeforeGarbage() throws IOException {
        try (RawConnection client = afterTwoRequests("?\r\n\r\n")) {
            assertThat(client.receive().body()).isEqualTo("first");
            assertThat(client.receive().body()).isEqualTo("second");
            assertUnreadable(client.receive(), 400);
            assertThat(client.awaitClosed()).isTrue();
        }
    }

    /** Sends it after two requests, neither of which is answered before all octets were sent. */
    private RawConnection afterTwoRequests(String unreadable) throws IOException {
        var gate = new CountDownLatch(1);
        upstream.behaves(
                (dialogue, received) -> {
                    String turn = received.header("X-Turn").orElseThrow();
                    if (turn.equals("first")) {
                        gate.await();
                    }
                    dialogue.send(Answer.of(403).body(turn).wire());
                });
        String first = kind.authRequest().with("X-Turn", "first").wire();
        String second = kind.authRequest().with("X-Turn", "second").wire();
        RawConnection client = guard.http().connect();
        client.send(first + second + unreadable);
        upstream.awaitRequests(1);
        gate.countDown();
        return client;
    }

    @Test
    void answersTooLongTarget() throws IOException {
        String target = kind.path() + "?" + Wire.octets(65 * KIB);

        RawAnswer answer = ask(new RawRequest("GET", target, kind.authRequest().headers(), ""));

        assertUnreadable(answer, 414);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what is this\r\n\r\n",
                "GET\r\n\r\n",
                "GET /auth HTTP/1.1\r\nno colon\r\n\r\n",
                "GET /auth HTTP/1.1\r\nHost : guard\r\n\r\n",
                "GET /auth HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "GET /auth HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n"
            })
    void answersGarbageAndCloses(String octets) throws IOException {
        RawAnswer answer = guard.http().ask(octets);

        assertUnreadable(answer, 400);
        assertThat(answer.closed()).isTrue();
        assertThat(upstream.requests()).isEmpty();
    }

    private static String headOf(RawRequest request) {
        String wire = request.wire();
        return wire.substring(0, wire.length() - 2);
    }
}
