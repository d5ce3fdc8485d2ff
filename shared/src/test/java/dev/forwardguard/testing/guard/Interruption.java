package dev.forwardguard.testing.guard;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.Ending;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * A point at which a response stops, and the four ways to stop there: RST, FIN, silence, and going
 * on so slowly that it never ends.
 *
 * @param where such as "in the body"
 * @param beginning what is sent at once
 * @param filler what can be repeated without ever completing or invalidating the response
 */
record Interruption(String where, String beginning, String filler) {
    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final String STATUS = "HTTP/1.1 200 OK\r\n";
    private static final String LENGTH = Wire.ok("Content-Length: 1000");
    private static final String CHUNKED = Wire.ok("Transfer-Encoding: chunked");
    private static final String UNTIL_CLOSE = Wire.head("HTTP/1.0 200 OK");
    private static final String HINTS = Wire.head("HTTP/1.1 103 Early Hints");
    private static final String FIELD = "X-A: 1\r\n";

    /** Every point at which a response can be incomplete. */
    static Stream<Interruption> all() {
        return Stream.of(
                new Interruption("before the status line", "", "\r\n"),
                new Interruption("in the status line", "HTTP/1.1 200 O", "K"),
                new Interruption("after the status line", STATUS, FIELD),
                new Interruption("in the name of a header", STATUS + "X-Le", "n"),
                new Interruption("in the value of a header", STATUS + "X-Slow: ", "x"),
                new Interruption("before the empty line", STATUS + FIELD, FIELD),
                new Interruption("after an interim answer", HINTS, HINTS),
                new Interruption("before the body", LENGTH, "x"),
                new Interruption("in the body", LENGTH + "half", "x"),
                new Interruption("in a body until the end", UNTIL_CLOSE + "half", "x"),
                new Interruption("before the first chunk", CHUNKED, "1\r\nx\r\n"),
                new Interruption("in the size of a chunk", CHUNKED + "5;x", "x"),
                new Interruption("in a chunk", CHUNKED + "fff\r\nhalf", "x"),
                new Interruption("between chunks", CHUNKED + "5\r\nhello\r\n", "1\r\nx\r\n"),
                new Interruption("after the last chunk", CHUNKED + "0\r\n", FIELD),
                new Interruption("in a trailer", CHUNKED + "0\r\nX-Trailer: ", "x"));
    }

    /**
     * The faults of an upstream that stops here. For a close-delimited body, closing is no fault.
     */
    Stream<Fault> faults() {
        Behaviour begun = Behaviour.answersRaw(beginning);
        String early = beginning.isEmpty() ? "reset" : "protocol_error";
        var closes = new Fault("closes " + where, early, begun.then(Ending.CLOSE));
        return Stream.concat(
                beginning.startsWith(UNTIL_CLOSE) ? Stream.of() : Stream.of(closes),
                Stream.of(
                        new Fault("resets " + where, "reset", begun.then(Ending.RESET)),
                        new Fault("hangs " + where, "read_timeout", begun.then(Ending.HANG)),
                        new Fault("drips " + where, "deadline", drips())));
    }

    private Behaviour drips() {
        return Behaviour.dripsForever(beginning, filler, OFTEN);
    }
}
