package dev.forwardguard.client;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.List;
import java.util.Optional;

/**
 * The scheme of the visitor's request, as the gateway says it in exactly one {@code
 * X-Forwarded-Proto}. Where one proxy follows another, that field can be a list, to which each has
 * added its own: then the first element is the visitor's.
 */
public final class ForwardedProto {
    /** The name of the header. */
    public static final AsciiString NAME = AsciiString.cached("x-forwarded-proto");

    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString WSS = AsciiString.cached("wss");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString WS = AsciiString.cached("ws");

    private ForwardedProto() {}

    /** The visitor's scheme as it was sent; empty if there is no such field, or more than one. */
    public static Optional<String> of(HttpHeaders headers) {
        List<String> fields = headers.getAll(NAME);
        return fields.size() == 1
                ? Optional.of(first(fields.getFirst()).toString())
                : Optional.empty();
    }

    /** Whether there is one such field, and the visitor's scheme in it is over TLS. */
    public static boolean isTls(HttpHeaders headers) {
        return of(headers).filter(ForwardedProto::isTls).isPresent();
    }

    /**
     * Whether there is such a field that says {@code https} and nothing else, as nearly all do, and
     * perhaps others: for statistics, without a copy of the value.
     */
    public static boolean hasHttps(HttpHeaders headers) {
        return headers.contains(NAME, HTTPS, true);
    }

    /** The first element of a field's value, without white space around it. */
    public static CharSequence first(CharSequence value) {
        int end = AsciiString.indexOf(value, ',', 0);
        return AsciiString.trim(end < 0 ? value : value.subSequence(0, end));
    }

    /** Whether this is a scheme over TLS. Traefik has {@code wss} for WebSocket handshakes. */
    public static boolean isTls(CharSequence scheme) {
        return HTTPS.contentEqualsIgnoreCase(scheme) || WSS.contentEqualsIgnoreCase(scheme);
    }

    /** Whether this is a scheme without TLS, which is not so for each that is not over TLS. */
    public static boolean isPlain(CharSequence scheme) {
        return HTTP.contentEqualsIgnoreCase(scheme) || WS.contentEqualsIgnoreCase(scheme);
    }
}
