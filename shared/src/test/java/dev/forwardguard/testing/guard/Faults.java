package dev.forwardguard.testing.guard;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What an upstream can do wrong once it listens. Most of these faults would be an allow if they
 * were taken at face value.
 */
public final class Faults {
    static final int MAX_HEADERS = 256 * 1024;
    static final int MAX_FIELDS = 1000;
    static final int MAX_BODY = 1 << 20;
    private static final String EMPTY = "Content-Length: 0";
    private static final String CHUNKED = Wire.ok("Transfer-Encoding: chunked");

    private Faults() {}

    /** All faults, for both guards. */
    public static List<Fault> all() {
        return Stream.of(
                        connections(),
                        Interruption.all().flatMap(Interruption::faults),
                        malformed("says that it speaks ", versions()),
                        malformed("answers with ", statusLines()),
                        malformed("answers with ", framings()),
                        malformed("answers with ", chunks()),
                        malformed("answers with ", fields()),
                        tooLarge(),
                        noVerdicts())
                .flatMap(faults -> faults)
                .toList();
    }

    /** Faults before any request is read. */
    private static Stream<Fault> connections() {
        return Stream.of(
                new Fault("closes on connect", "reset", Behaviour.closesOnConnect()),
                new Fault(
                        "resets on connect",
                        // a client that notices it late reports a refused connection
                        Set.of("reset", "connect_refused"),
                        Behaviour.resetsOnConnect()),
                new Fault("never reads", "read_timeout", Behaviour.acceptsAndNeverReads()));
    }

    private static Stream<Wrong> versions() {
        return Stream.of(
                new Wrong("HTTP/2", Wire.head("HTTP/2.0 200 OK", EMPTY)),
                new Wrong("HTTP/2 and no more", Wire.head("HTTP/2 200 OK", EMPTY)),
                new Wrong("HTTP/1.2", Wire.head("HTTP/1.2 200 OK", EMPTY)),
                new Wrong("HTTP/1.10", Wire.head("HTTP/1.10 200 OK", EMPTY)),
                new Wrong("HTTP/0.9", "<html>hello</html>\r\n\r\n"),
                new Wrong("HTTP in small letters", Wire.head("http/1.1 200 OK", EMPTY)),
                new Wrong("ICY", Wire.head("ICY 200 OK", EMPTY)),
                new Wrong("TLS", "\u0015\u0003\u0003\u0000\u0002\u0002\u0016\r\n\r\n"),
                new Wrong("SSH", "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
                new Wrong("an unknown protocol", "\u0000\u0001\u0002 what is this?\r\n\r\n"));
    }

    private static Stream<Wrong> statusLines() {
        return Stream.of(
                new Wrong("no status", Wire.head("HTTP/1.1", EMPTY)),
                new Wrong("a status in letters", Wire.head("HTTP/1.1 OK", EMPTY)),
                new Wrong("status 99", Wire.head("HTTP/1.1 99 Low", EMPTY)),
                new Wrong("status 1000", Wire.head("HTTP/1.1 1000 High", EMPTY)),
                new Wrong("a negative status", Wire.head("HTTP/1.1 -200 OK", EMPTY)),
                new Wrong("a status with a sign", Wire.head("HTTP/1.1 +200 OK", EMPTY)),
                new Wrong("a status of two digits", Wire.head("HTTP/1.1 20 OK", EMPTY)),
                new Wrong("a status with zeros", Wire.head("HTTP/1.1 0200 OK", EMPTY)),
                new Wrong("a NUL in the status line", Wire.head("HTTP/1.1 200 O\u0000K", EMPTY)));
    }

    private static Stream<Wrong> framings() {
        return Stream.of(
                new Wrong("two lengths", Wire.ok("Content-Length: 2", "Content-Length: 4") + "ab"),
                new Wrong("two lengths in one", Wire.ok("Content-Length: 2, 4") + "ab"),
                new Wrong("a negative length", Wire.ok("Content-Length: -1")),
                new Wrong("a length with a sign", Wire.ok("Content-Length: +2") + "ab"),
                new Wrong("a length in letters", Wire.ok("Content-Length: two") + "ab"),
                new Wrong("a length in hexadecimal", Wire.ok("Content-Length: 0x2") + "ab"),
                new Wrong("an empty length", Wire.ok("Content-Length: ") + "ab"),
                new Wrong("a length that overflows", Wire.ok("Content-Length: " + "9".repeat(30))),
                new Wrong(
                        "both framings",
                        Wire.ok("Content-Length: 2", "Transfer-Encoding: chunked") + "0\r\n\r\n"),
                new Wrong(
                        "both framings, chunked first",
                        Wire.ok("Transfer-Encoding: chunked", "Content-Length: 5") + "0\r\n\r\n"),
                new Wrong("an unknown coding", Wire.ok("Transfer-Encoding: gzip") + "ab"),
                new Wrong("two codings", Wire.ok("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n"),
                new Wrong(
                        "chunked twice",
                        Wire.ok("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
                                + "0\r\n\r\n"),
                new Wrong("chunked in disguise", Wire.ok("Transfer-Encoding: xchunked") + "ab"),
                new Wrong("no coding at all", Wire.ok("Transfer-Encoding: ") + "0\r\n\r\n"),
                new Wrong(
                        "chunked in HTTP/1.0",
                        Wire.head("HTTP/1.0 200 OK", "Transfer-Encoding: chunked") + "0\r\n\r\n"));
    }

    private static Stream<Wrong> chunks() {
        return Stream.of(
                new Wrong("a chunk size in words", CHUNKED + "five\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a negative chunk size", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a chunk size with a sign", CHUNKED + "+5\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a chunk size with a prefix", CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n"),
                new Wrong("an empty chunk size", CHUNKED + "\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a chunk longer than its size", CHUNKED + "3\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a chunk shorter than its size", CHUNKED + "9\r\nhello\r\n0\r\n\r\n"),
                new Wrong("a chunk size that overflows", CHUNKED + "fffffffff\r\nhello\r\n"),
                new Wrong("a bare LF after a chunk size", CHUNKED + "5\nhello\r\n0\r\n\r\n"),
                new Wrong("a bare LF after a chunk", CHUNKED + "5\r\nhello\n0\r\n\r\n"));
    }

    private static Stream<Wrong> fields() {
        return Stream.of(
                new Wrong("a header without a colon", Wire.ok(EMPTY, "X-Nothing")),
                new Wrong("a header without a name", Wire.ok(": empty", EMPTY)),
                new Wrong("a blank in the name of a header", Wire.ok("X A: 1", EMPTY)),
                new Wrong("more than a length", Wire.ok("Content-Length is: 5") + "hello"),
                new Wrong("a NUL in the name of a header", Wire.ok("X-\u0000: 1", EMPTY)),
                new Wrong("a NUL in a header", Wire.ok("X-Nul: a\u0000b", EMPTY)),
                new Wrong("a control byte in a header", Wire.ok("X-Bell: a\u0007b", EMPTY)),
                new Wrong("a DEL in a header", Wire.ok("X-Del: a\u007fb", EMPTY)),
                new Wrong("a CR in a header", Wire.ok("X-Cr: a\rb", EMPTY)),
                new Wrong("a folded length", Wire.ok("Content-Length: 0", "\t5") + "hello"),
                new Wrong("a header that begins folded", Wire.ok(" X-Fold: a", EMPTY)),
                new Wrong("too many folded lines", Wire.ok("X-A: a" + "\r\n b".repeat(33), EMPTY)));
    }

    private static Stream<Fault> tooLarge() {
        String body = Wire.octets(MAX_BODY + 1);
        String chunk = CHUNKED + "100001\r\n" + body + "\r\n0\r\n\r\n";
        return Stream.of(
                        new Wrong("one header", Wire.ok("X-Big: " + Wire.octets(MAX_HEADERS))),
                        new Wrong("all headers together", Wire.ok(lines(270, 1000))),
                        new Wrong("too many headers", Wire.ok(lines(MAX_FIELDS + 1, 1))),
                        new Wrong("many times too many headers", Wire.ok(lines(24_000, 1))),
                        new Wrong(
                                "a trailer of too many headers",
                                CHUNKED
                                        + "0\r\n"
                                        + String.join("\r\n", lines(MAX_FIELDS, 1))
                                        + "\r\n\r\n"),
                        new Wrong(
                                "a status line",
                                Wire.head("HTTP/1.1 200 " + Wire.octets(MAX_HEADERS))),
                        new Wrong("a body", Wire.ok("Content-Length: " + body.length()) + body),
                        new Wrong("a chunked body", chunk),
                        new Wrong("a body until the end", Wire.head("HTTP/1.0 200 OK") + body),
                        new Wrong(
                                "a trailer",
                                CHUNKED + "0\r\nX-Big: " + Wire.octets(MAX_HEADERS) + "\r\n\r\n"),
                        new Wrong(
                                "a chunk's extension",
                                CHUNKED + "5;x=" + Wire.octets(MAX_HEADERS) + "\r\nhello\r\n"))
                .map(wrong -> wrong.fault("exceeds the limit by ", "response_too_large"));
    }

    /** Statuses that are no verdict of either upstream. */
    private static Stream<Fault> noVerdicts() {
        var statuses =
                IntStream.of(206, 304, 412, 416, 417, 502, 503, 504, 600, 999)
                        .mapToObj(
                                status ->
                                        new Fault(
                                                "answers " + status,
                                                "bad_status",
                                                Behaviour.answers(status)));
        var raw =
                Stream.of(
                        new Wrong(
                                "an unsolicited protocol switch",
                                Wire.head(
                                                "HTTP/1.1 101 Switching",
                                                "Connection: Upgrade",
                                                "Upgrade: websocket")
                                        + Wire.ok(EMPTY)),
                        new Wrong(
                                "a 304 with a body",
                                Wire.head("HTTP/1.1 304 Not Modified", "Content-Length: 19")
                                        + "HTTP/1.1 200 OK\r\n\r\n"),
                        new Wrong(
                                "a 503 in chunks",
                                Wire.head("HTTP/1.1 503 Starting", "Transfer-Encoding: chunked")
                                        + "3\r\nnot\r\n0\r\n\r\n"));
        return Stream.concat(
                statuses, raw.map(wrong -> wrong.fault("answers with ", "bad_status")));
    }

    private static Stream<Fault> malformed(String what, Stream<Wrong> answers) {
        return answers.map(wrong -> wrong.fault(what, "protocol_error"));
    }

    private static String[] lines(int count, int length) {
        return Stream.generate(() -> "X-Line: " + Wire.octets(length))
                .limit(count)
                .toArray(String[]::new);
    }

    /** Octets that are no valid response. */
    private record Wrong(String name, String octets) {
        Fault fault(String what, String reason) {
            return new Fault(what + name, reason, Behaviour.answersRaw(octets).then(Ending.CLOSE));
        }
    }
}
