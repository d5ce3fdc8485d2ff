package dev.forwardguard.authentik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.guard.AgainstStubUpstream;
import dev.forwardguard.testing.guard.Eventually;
import dev.forwardguard.testing.guard.Fault;
import dev.forwardguard.testing.guard.Faults;
import dev.forwardguard.testing.guard.GuardFiles;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;
import dev.forwardguard.testing.guard.Wire;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * Checks that each visitor of the pass-through gets their own response, whatever the outpost has
 * sent before. All requests of a test come by one connection, so that they run on one event loop
 * and could share connections to the outpost.
 */
final class PassThroughFaultsTest extends AgainstStubUpstream {
    private static final RawRequest GET = RawRequest.get("/outpost.goauthentik.io/start");
    private static final String FIRST = "page of the first visitor";
    private static final String PAGE = Answer.of(200).body(FIRST).wire();
    private static final String HINTS = Wire.head("HTTP/1.1 103 Early Hints", "Link: <a>");
    private static final String PROCESSING = Wire.head("HTTP/1.1 102 Processing");

    /** Longer than the read timeout. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    PassThroughFaultsTest() {
        super(Authentik.KIND);
    }

    @BeforeAll
    @Override
    protected void start() throws IOException {
        super.start();
        guard.close();
        guard =
                RunningGuard.start(
                        GuardFiles.with(settings()).htpasswd(Visitor.HTPASSWD),
                        Map.of("micronaut.http.services.outpost.read-timeout", "500ms"));
    }

    static List<Fault> faults() {
        return Faults.all();
    }

    @ParameterizedTest(name = "an outpost that {0}")
    @MethodSource("faults")
    void nextVisitorGetsOwnPage(Fault fault) throws IOException {
        upstream.behaves(fault.behaviour().onReuse(Behaviour.answersRaw(PAGE)));
        askIgnoringFailure();

        assertNextVisitorsGetOwnPages();
    }

    static Stream<Named<String>> excess() {
        String chunked = Wire.ok("Transfer-Encoding: chunked");
        return Stream.of(
                named("garbage", PAGE + "garbage"),
                named("an empty line", PAGE + "\r\n"),
                named("half a head", PAGE + "HTTP/1.1 200 OK\r\nX-Rest: "),
                named("another response", PAGE + PAGE),
                named("two responses", PAGE + PAGE + PAGE),
                named("another response behind chunks", chunked + "0\r\n\r\n" + PAGE),
                named("a megabyte", PAGE + Wire.octets(1 << 20)),
                named(
                        "a body behind a 304",
                        Wire.head("HTTP/1.1 304 Not Modified", "Content-Length: 100") + PAGE),
                named("a body behind a 204", Wire.head("HTTP/1.1 204 None") + PAGE),
                named("an interim response", PAGE + HINTS));
    }

    @ParameterizedTest(name = "a response followed by {0}")
    @MethodSource("excess")
    void neverReusesConnectionWithExcess(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets).onReuse(Behaviour.answersRaw(PAGE)));
        askIgnoringFailure();

        assertNextVisitorsGetOwnPages();
    }

    @Test
    void neverReusesConnectionWithBodyOfHead() throws IOException {
        upstream.behaves(Behaviour.answersRaw(PAGE));
        try (RawConnection visitor = guard.http().connect()) {
            RawAnswer head = visitor.ask(RawRequest.of("HEAD", GET.uri()));
            assertThat(head.status()).isEqualTo(200);
        }

        assertNextVisitorsGetOwnPages();
    }

    @Test
    void unsolicitedResponseIsNotUsed() throws IOException {
        upstream.behaves(Behaviour.answersRaw(PAGE));
        assertThat(ask(GET).body()).isEqualTo(FIRST);
        upstream.pushToIdleConnections(PAGE);

        assertNextVisitorsGetOwnPages();
    }

    static Stream<Named<String>> interims() {
        return Stream.of(
                named("100", Wire.head("HTTP/1.1 100 Continue")),
                named("102", PROCESSING),
                named("103", HINTS),
                named("199", Wire.head("HTTP/1.1 199 Odd", "Content-Length: 5")),
                named("several", PROCESSING + HINTS + PROCESSING + HINTS.repeat(20)));
    }

    @ParameterizedTest
    @MethodSource("interims")
    void skipsInterimResponses(String interim) throws IOException {
        upstream.behaves(Behaviour.answersRaw(interim + PAGE));

        assertThat(ask(GET).body()).isEqualTo(FIRST);
        assertNextVisitorsGetOwnPages();
    }

    /** The interim response alone must neither be the answer nor end the exchange. */
    @ParameterizedTest
    @MethodSource("interims")
    void waitsForResponseBehindInterimOnes(String interim) throws IOException {
        var gate = new CountDownLatch(1);
        upstream.behaves(
                (dialogue, _) -> {
                    dialogue.send(interim);
                    gate.await();
                    dialogue.send(interim);
                    dialogue.send(PAGE);
                });
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(GET.wire());
            upstream.awaitRequests(1);
            gate.countDown();

            assertThat(visitor.receive().body()).isEqualTo(FIRST);
        }
        assertNextVisitorsGetOwnPages();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: websocket", "Upgrade: HTTP/1.1", "X: none"})
    void protocolIsNeverSwitched(String upgrade) throws IOException {
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.head("HTTP/1.1 101 Switching", "Connection: Upgrade", upgrade)
                                + PAGE));

        assertThat(ask(GET).status()).isEqualTo(502);
        assertNextVisitorsGetOwnPages();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "TRACE"})
    void methodsThatChangeConnectionAreRejected(String method) throws IOException {
        RawAnswer answer = ask(RawRequest.of(method, GET.uri()));

        assertThat(answer.status()).isIn(405, 501);
        assertThat(upstream.requests()).isEmpty();
        assertNextVisitorsGetOwnPages();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "this is not a chunk size\r\n",
                "5\r\nhello\r\nxyz\r\n",
                "5\r\nhelloworld\r\n0\r\n\r\n",
                "5\r\nhello\r\n-1\r\n\r\n"
            })
    void malformedBodyIsNotPassedOnAsComplete(String body) throws IOException {
        RawRequest request =
                RawRequest.of("POST", GET.uri()).with("Transfer-Encoding", "chunked").body(body);

        RawAnswer answer = ask(request);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.closed()).isTrue();
        assertThat(upstream.requests()).isEmpty();
        upstream.awaitOpenConnections(0);
    }

    /** The framing of a request is the guard's own, whatever the visitor calls a header. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Transfer-Encoding", "Host", "content-length, host"})
    void connectionHeaderCannotRemoveFraming(String named) throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(200).body(FIRST)));
        RawRequest request =
                RawRequest.of("POST", GET.uri())
                        .with("Connection", named)
                        .with("Content-Length", "" + GET.wire().length())
                        .body(GET.wire());

        assertThat(ask(request).status()).isEqualTo(200);

        assertThat(upstream.requests()).hasSize(1);
        assertThat(upstream.requests().getFirst().body()).isEqualTo(GET.wire());
        assertThat(upstream.requests().getFirst().headers("Host")).containsExactly("guard.example");
    }

    @Test
    void responseHasOwnVersion() throws IOException {
        upstream.behaves(Behaviour.answersUntilClose(200, List.of(), FIRST));

        RawAnswer answer = ask(GET);

        assertThat(answer.head().startLine()).startsWith("HTTP/1.1 200");
        assertThat(answer.body()).isEqualTo(FIRST);
    }

    /** A version is about one connection. Others than 1.0 and 1.1 are no response at all. */
    @ParameterizedTest
    @CsvSource({
        "HTTP/1.0, 200",
        "HTTP/1.1, 200",
        "HTTP/1.2, 502",
        "HTTP/2, 502",
        "HTTP/2.0, 502",
        "HTTP/3.0, 502",
        "http/1.1, 502",
        "ICY, 502"
    })
    void versionIsNotPassedOn(String version, int status) throws IOException {
        String head = Wire.head(version + " 200 OK", "Content-Length: " + FIRST.length());
        upstream.behaves(Behaviour.answersRaw(head + FIRST));

        RawAnswer answer = ask(GET);

        assertThat(answer.head().startLine()).startsWith("HTTP/1.1 " + status);
        assertNextVisitorsGetOwnPages();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void closesIfVisitorSaysSo(String method) throws IOException {
        RawAnswer answer = ask(RawRequest.of(method, GET.uri()).with("Connection", "close"));

        assertThat(answer.headers("Connection")).containsExactly("close");
        assertThat(answer.closed()).isTrue();
    }

    @Test
    void closesAfterHttp10() throws IOException {
        upstream.behaves(
                Behaviour.answersRaw(
                        Wire.ok("Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"));

        RawAnswer answer = guard.http().ask("GET " + GET.uri() + " HTTP/1.0\r\n\r\n");

        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.header("Transfer-Encoding")).isEmpty();
        assertThat(answer.closed()).isTrue();
    }

    /** Such a client would wait for the end of the connection. */
    @Test
    void closesAfterHttp10ThatWantsToKeepIt() throws IOException {
        RawAnswer answer =
                guard.http()
                        .ask("GET " + GET.uri() + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

        assertThat(answer.closed()).isTrue();
    }

    @Test
    void tooLargeResponseHasItsOwnPage() throws IOException {
        upstream.behaves(Behaviour.answersRaw(Wire.ok("A: " + Wire.octets(300_000))));

        RawAnswer answer = ask(GET.with("Accept", "text/html"));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("too large");
    }

    @Test
    void answers100ContinueItself() throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(200).body(FIRST)));
        try (RawConnection visitor = guard.http().connect()) {
            visitor.send(
                    RawRequest.of("POST", GET.uri())
                            .with("Content-Length", "4")
                            .with("Expect", "100-continue")
                            .wire());
            assertThat(visitor.receive().status()).isEqualTo(100);
            visitor.send("body");

            assertThat(visitor.receive().body()).isEqualTo(FIRST);
        }
        assertThat(upstream.awaitRequest().body()).isEqualTo("body");
        assertThat(upstream.requests().getFirst().header("Expect")).isEmpty();
    }

    private void askIgnoringFailure() {
        try {
            guard.http().limit(PATIENCE).ask(GET);
        } catch (IOException _) {
            // cut off, as the outpost's response was; or it never ends, and the visitor hangs up
        }
    }

    private void assertNextVisitorsGetOwnPages() throws IOException {
        upstream.behaves(
                (dialogue, request) ->
                        dialogue.send(
                                Answer.of(200)
                                        .body(request.header("X-Visitor").orElse("none"))
                                        .wire()));
        // on every event loop
        for (int visitor = 0; visitor < 8; visitor++) {
            RawAnswer next = ask(GET.with("X-Visitor", "visitor " + visitor));

            assertThat(next.status()).isEqualTo(200);
            assertThat(next.body()).isEqualTo("visitor " + visitor);
        }
        Eventually.until("no place", () -> !status().matches("(?s).*\"taken\":[1-9].*"));
    }

    private String status() throws IOException {
        return guard.status();
    }
}
