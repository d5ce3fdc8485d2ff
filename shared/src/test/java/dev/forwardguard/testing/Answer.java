package dev.forwardguard.testing;

import java.util.List;
import java.util.stream.Stream;

/**
 * A well-formed HTTP/1.1 response as most servers write it. It declares the length of its body
 * unless its status or headers frame it.
 *
 * @param body octets as Latin-1
 */
public record Answer(int status, List<Header> headers, String body) {
    /** A response without a body. */
    public static Answer of(int status) {
        return new Answer(status, List.of(), "");
    }

    /** The same response with one more field line at the end. */
    public Answer with(String name, String value) {
        var more = Stream.concat(headers.stream(), Stream.of(new Header(name, value))).toList();
        return new Answer(status, more, body);
    }

    /** The same response with this body. */
    public Answer body(String octets) {
        return new Answer(status, headers, octets);
    }

    /** The status line, the field lines and the empty line. */
    public String head() {
        boolean framed =
                status < 200
                        || status == 204
                        || status == 304
                        || headers.stream().anyMatch(Answer::frames);
        String length = framed ? "" : "Content-Length: " + body.length() + "\r\n";
        return "HTTP/1.1 " + status + " Any\r\n" + Header.lines(headers) + length + "\r\n";
    }

    /** All octets of the response, ready to be sent or damaged. */
    public String wire() {
        return head() + body;
    }

    private static boolean frames(Header header) {
        return header.is("Content-Length") || header.is("Transfer-Encoding");
    }
}
