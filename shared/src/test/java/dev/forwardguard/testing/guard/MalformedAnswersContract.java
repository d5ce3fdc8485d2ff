package dev.forwardguard.testing.guard;

import static dev.forwardguard.upstream.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.upstream.FallbackReason.RESPONSE_TOO_LARGE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;
import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.stream.Stream;

/**
 * Answers that say two things at once, or nothing that HTTP/1 knows, or too much. All of them would
 * be an allow if they were taken for what they seem to be.
 */
public abstract class MalformedAnswersContract extends AgainstStubUpstream {
    private static final int MAX_HEADERS = 64 * 1024;
    private static final int MAX_BODY = 1 << 20;
    private static final String CHUNKED = Wire.ok("Transfer-Encoding: chunked");

    protected MalformedAnswersContract(GuardKind kind) {
        super(kind);
    }

    static Stream<Named<String>> malformed() {
        return Stream.of(
                named("garbage", "\u0000\u0001\u0002 what is this?\r\n\r\n"),
                named("TLS", "\u0015\u0003\u0003\u0000\u0002\u0002\u0016\r\n\r\n"),
                named("another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
                named("HTTP/2", Wire.head("HTTP/2.0 200 OK", "Content-Length: 0")),
                named("HTTP/1.2", Wire.head("HTTP/1.2 200 OK", "Content-Length: 0")),
                named("HTTP/0.9", "<html>hello</html>\r\n\r\n"),
                named("no status", Wire.head("HTTP/1.1", "Content-Length: 0")),
                named("a status in letters", Wire.head("HTTP/1.1 OK", "Content-Length: 0")),
                named("status 99", Wire.head("HTTP/1.1 99 Low", "Content-Length: 0")),
                named("status 1000", Wire.head("HTTP/1.1 1000 High", "Content-Length: 0")),
                named("two lengths", Wire.ok("Content-Length: 2", "Content-Length: 4") + "abcd"),
                named("two lengths in one", Wire.ok("Content-Length: 2, 4") + "abcd"),
                named("a negative length", Wire.ok("Content-Length: -1")),
                named("a length with a sign", Wire.ok("Content-Length: +2") + "ab"),
                named("a length in letters", Wire.ok("Content-Length: two") + "ab"),
                named(
                        "both framings",
                        Wire.ok("Content-Length: 2", "Transfer-Encoding: chunked") + "0\r\n\r\n"),
                named("an unknown coding", Wire.ok("Transfer-Encoding: gzip") + "ab"),
                named("two codings", Wire.ok("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n"),
                named("chunked in disguise", Wire.ok("Transfer-Encoding: xchunked") + "ab"),
                named(
                        "chunked in HTTP/1.0",
                        Wire.head("HTTP/1.0 200 OK", "Transfer-Encoding: chunked") + "0\r\n\r\n"),
                named("a chunk size in words", CHUNKED + "five\r\nhello\r\n0\r\n\r\n"),
                named("a negative chunk size", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n"),
                named("a chunk longer than its size", CHUNKED + "3\r\nhello\r\n0\r\n\r\n"),
                named("a chunk size that overflows", CHUNKED + "fffffffff\r\nhello\r\n"),
                named("a header without a colon", Wire.ok("Content-Length: 0", "X-Nothing")),
                named("a header without a name", Wire.ok(": empty", "Content-Length: 0")),
                named("a NUL in a header", Wire.ok("X-Nul: a\u0000b", "Content-Length: 0")));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedAnswerIsNoVerdict(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets).then(Ending.CLOSE));

        assertFallback(ask(), PROTOCOL_ERROR);
    }

    static Stream<Named<String>> tooLarge() {
        String body = Wire.octets(MAX_BODY + 1);
        return Stream.of(
                named("one header", Wire.ok("X-Big: " + Wire.octets(MAX_HEADERS))),
                named("all headers together", Wire.ok(lines(70, 1000))),
                named("too many headers", Wire.ok(lines(1001, 1))),
                named("a status line", Wire.head("HTTP/1.1 200 " + Wire.octets(MAX_HEADERS))),
                named("a body with a length", Wire.ok("Content-Length: " + body.length()) + body),
                named("a chunked body", CHUNKED + "100001\r\n" + body + "\r\n0\r\n\r\n"),
                named("a body until the end", Wire.head("HTTP/1.0 200 OK") + body));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void anAnswerThatIsTooLargeIsNoVerdict(String octets) throws IOException {
        upstream.behaves(Behaviour.answersRaw(octets).then(Ending.CLOSE));

        assertFallback(ask(), RESPONSE_TOO_LARGE);
    }

    @Test
    void sixtyFourKibibytesOfHeadersAreNotTooLarge() throws IOException {
        String length = "Content-Length: 0";
        String big = Wire.octets(MAX_HEADERS - length.length() - "X-Big: ".length() - 6);
        upstream.behaves(Behaviour.answersRaw(Wire.ok(length, "X-Big: " + big)));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.header("X-Big")).contains(big);
    }

    @Test
    void oneMebibyteOfBodyIsNotTooLarge() throws IOException {
        String body = Wire.octets(MAX_BODY);
        upstream.behaves(Behaviour.answersRaw(Wire.ok("Content-Length: " + MAX_BODY) + body));

        RawAnswer answer = ask();

        assertRelayed(answer, 200);
        assertThat(answer.body()).isEqualTo(body);
    }

    private static String[] lines(int count, int length) {
        return Stream.generate(() -> "X-Line: " + Wire.octets(length))
                .limit(count)
                .toArray(String[]::new);
    }
}
