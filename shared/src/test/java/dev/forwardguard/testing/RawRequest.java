package dev.forwardguard.testing;

import java.util.List;
import java.util.stream.Stream;

/** A request with exactly these header lines, in this order; nothing is added or checked. */
public record RawRequest(String method, String uri, List<Header> headers, String body) {
    /** {@code GET} with a {@code Host}. */
    public static RawRequest get(String uri) {
        return of("GET", uri);
    }

    /** Any method, with a {@code Host}. */
    public static RawRequest of(String method, String uri) {
        return new RawRequest(method, uri, List.of(new Header("Host", "guard.example")), "");
    }

    /** The same with one more header line at the end. */
    public RawRequest with(String name, String value) {
        var more = Stream.concat(headers.stream(), Stream.of(new Header(name, value))).toList();
        return new RawRequest(method, uri, more, body);
    }

    /** The same with these octets after the head; their length is for the caller to announce. */
    public RawRequest body(String octets) {
        return new RawRequest(method, uri, headers, octets);
    }

    /** All of it, ready to be sent or to be mutilated. */
    public String wire() {
        return method + " " + uri + " HTTP/1.1\r\n" + Header.lines(headers) + "\r\n" + body;
    }
}
