package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Answer;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * For each fault of an upstream: the decision, its reason and how long it takes. The next requests
 * run on the same event loop, and so use the same pooled connections; they must get their own
 * responses. Two of them follow each fault, so that a circuit breaker has no reason to open.
 */
public abstract class FaultMatrixContract extends AgainstStubUpstream {
    private static final Duration READ_TIMEOUT = Duration.ofMillis(400);
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    /** The client's clock may start only after the guard has received the request. */
    private static final Duration HEAD_START = Duration.ofMillis(50);

    private static final String DENIED = Answer.of(403).body("denied").wire();
    private static final String FORGED = Wire.ok("Content-Length: 0");

    protected FaultMatrixContract(GuardKind kind) {
        super(kind);
    }

    @Override
    protected String limits() {
        return "connect-timeout: 500ms, read-timeout: 400ms, deadline: 1s";
    }

    static List<Fault> faults() {
        return Faults.all();
    }

    @ParameterizedTest(name = "an upstream that {0}")
    @MethodSource("faults")
    void givesNoVerdict(Fault fault) throws IOException {
        try (RawConnection client = guard.http().connect()) {
            upstream.behaves(fault.behaviour());

            RawAnswer answer = client.ask(kind.authRequest());

            String reason = answer.header("X-Guard-Fallback").orElse("none");
            assertThat(fault.reasons()).contains(reason);
            assertThat(answer.status()).isEqualTo(kind.statusWithoutVerdict(reason));
            assertCounted(Map.of(reason + " " + kind.outcomeWithoutVerdict(reason).label(), 1L));
            assertThat(answer.elapsed()).isBetween(atLeast(reason), atMost(reason));
            assertNextAnswersAreRight(client);
        }
    }

    @Test
    void refusedConnectionGivesNoVerdict() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            upstream.goDown();

            RawAnswer answer = client.ask(kind.authRequest());

            assertThat(answer.header("X-Guard-Fallback")).contains("connect_refused");
            assertThat(answer.elapsed()).isLessThan(atMost("connect_refused"));
            upstream.comeBack();
            assertNextAnswersAreRight(client);
        }
    }

    static Stream<Named<String>> oddVerdicts() {
        String chunked = Wire.head("HTTP/1.1 403 No", "Transfer-Encoding: chunked");
        String hints = Wire.head("HTTP/1.1 103 Early Hints", "Link: <a>");
        return Stream.of(
                named("an interim answer before it", Wire.head("HTTP/1.1 100 Go on") + DENIED),
                named("many interim answers before it", hints.repeat(20) + DENIED),
                named("empty lines before it", "\r\n\r\n" + DENIED),
                named("bare LF at the ends of lines", DENIED.replace("\r\n", "\n")),
                named("no reason phrase", Wire.head("HTTP/1.1 403", "Content-Length: 0")),
                named("blanks around a colon", DENIED.replace(":", " :\t")),
                // to be replaced by a space or rejected (RFC 9112 section 5.2)
                named(
                        "a folded header",
                        Wire.head("HTTP/1.1 403 No", "X-Fold: a", " b", "Content-Length: 0")),
                named("control bytes in its body", Answer.of(403).body("\u0000\u0007\n").wire()),
                named(
                        "chunks, extensions and a trailer",
                        chunked + "5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n"),
                named(
                        "chunk sizes in capitals and zeros",
                        chunked + "00A\r\n0123456789\r\n000\r\n\r\n"),
                named("garbage behind it", DENIED + "garbage"),
                named("an empty line behind it", DENIED + "\r\n"),
                named("half an answer behind it", DENIED + "HTTP/1.1 200 OK\r\nX-Rest: "),
                named("another answer behind it", DENIED + FORGED),
                named("two answers behind it", DENIED + FORGED + FORGED),
                named("another answer behind its chunks", chunked + "0\r\n\r\n" + FORGED),
                named("a megabyte behind it", DENIED + Wire.octets(Faults.MAX_BODY)));
    }

    @ParameterizedTest
    @MethodSource("oddVerdicts")
    void acceptsUnusualVerdict(String octets) throws IOException {
        try (RawConnection client = guard.http().connect()) {
            upstream.behaves(Behaviour.answersRaw(octets).onReuse(Behaviour.answersRaw(FORGED)));

            assertRelayed(client.ask(kind.authRequest()), 403);
            assertNextAnswersAreRight(client);
        }
    }

    @Test
    void acceptsCloseDelimitedVerdict() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            upstream.behaves(Behaviour.answersUntilClose(403, List.of(), "denied"));

            RawAnswer answer = client.ask(kind.authRequest());

            assertRelayed(answer, 403);
            assertThat(answer.body()).isEqualTo("denied");
            assertNextAnswersAreRight(client);
        }
    }

    @Test
    void acceptsNoContentWithoutBody() throws IOException {
        try (RawConnection client = guard.http().connect()) {
            String answer = Wire.head("HTTP/1.1 204 None", "Content-Length: " + FORGED.length());
            upstream.behaves(Behaviour.answersRaw(answer + FORGED).then(Ending.KEEP));

            assertRelayed(client.ask(kind.authRequest()), 204);
            assertNextAnswersAreRight(client);
        }
    }

    private void assertNextAnswersAreRight(RawConnection client) throws IOException {
        upstream.behaves(Behaviour.answers(Answer.of(403).with("X-Next", "1").body("next")));
        for (int i = 0; i < 2; i++) {
            RawAnswer next = client.ask(kind.authRequest());

            assertThat(next.header("X-Guard-Fallback")).isEmpty();
            assertThat(next.status()).isEqualTo(403);
            assertThat(next.headers("X-Next")).containsExactly("1");
            assertThat(next.body()).isEqualTo("next");
        }
    }

    private static Duration atLeast(String reason) {
        return switch (reason) {
            case "read_timeout" -> READ_TIMEOUT.minus(HEAD_START);
            case "deadline" -> DEADLINE.minus(HEAD_START);
            default -> Duration.ZERO;
        };
    }

    private static Duration atMost(String reason) {
        return (reason.equals("read_timeout") ? READ_TIMEOUT : DEADLINE).plus(TOLERANCE);
    }
}
