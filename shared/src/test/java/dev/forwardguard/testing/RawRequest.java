package dev.forwardguard.testing;

import java.util.List;
import java.util.stream.Stream;

/** A request with exactly these field lines, in this order; nothing is added or checked. */
public record RawRequest(String method, String uri, List<Header> headers, String body) {
    /** A {@code GET} request with a {@code Host}. */
    public static RawRequest get(String uri) {
        return of("GET", uri);
    }

    /** A request of any method, with a {@code Host}. */
    public static RawRequest of(String method, String uri) {
        return new RawRequest(method, uri, List.of(new Header("Host", "guard.example")), "");
    }

    /** The same request with one more field line at the end. */
    public RawRequest with(String name, String value) {
        var more = Stream.concat(headers.stream(), Stream.of(new Header(name, value))).toList();
        return new RawRequest(method, uri, more, body);
    }

    /** The same request without the field lines of this name. */
    public RawRequest without(String name) {
        var fewer = headers.stream().filter(each -> !each.name().equals(name)).toList();
        return new RawRequest(method, uri, fewer, body);
    }

    /** The same request with these octets as its body; the caller has to declare their length. */
    public RawRequest body(String octets) {
        return new RawRequest(method, uri, headers, octets);
    }

    /** All octets of the request, ready to be sent or damaged. */
    public String wire() {
        return method + " " + uri + " HTTP/1.1\r\n" + Header.lines(headers) + "\r\n" + body;
    }
}
