package dev.forwardguard.server;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpRequest;

import java.util.BitSet;
import java.util.HexFormat;

/**
 * A request whose target {@link java.net.URI} would reject, so that Micronaut would answer with
 * 400. Browsers send {@code |}, <code>{</code> and a lone {@code %} in queries unencoded. This
 * request percent-encodes what is illegal. Micronaut can do the same ({@code validate-url: false}),
 * but takes bytes for characters, and the pass-through sends the target on.
 */
final class LenientUriRequest extends DefaultHttpRequest {
    /** Characters that may stay as they are (RFC 3986 section 2), without the percent sign. */
    private static final BitSet LEGAL = new BitSet(128);

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    static {
        String marks = "-._~:/?@!$&'()*+,;=";
        for (char c = 0; c < 128; c++) {
            if (marks.indexOf(c) >= 0 || Character.isLetterOrDigit(c)) {
                LEGAL.set(c);
            }
        }
    }

    private LenientUriRequest(HttpRequest request) {
        super(
                request.protocolVersion(),
                request.method(),
                repaired(request.uri()),
                request.headers());
    }

    /** Returns the request itself if its target is legal, else a copy with a legal target. */
    static HttpRequest of(HttpRequest request) {
        return isLegal(request.uri()) ? request : new LenientUriRequest(request);
    }

    private static boolean isLegal(String target) {
        for (int at = 0; at < target.length(); at++) {
            if (!isLegal(target, at)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLegal(String target, int at) {
        char c = target.charAt(at);
        if (at == 1 && c == '/' && target.charAt(0) == '/') {
            return false; // two slashes would begin an authority
        }
        return c == '%'
                ? at + 2 < target.length()
                        && Character.digit(target.charAt(at + 1), 16) >= 0
                        && Character.digit(target.charAt(at + 2), 16) >= 0
                : LEGAL.get(c);
    }

    /** Netty decodes one char per byte, so each char is one percent-encoded byte. */
    private static String repaired(String target) {
        var legal = new StringBuilder(target.length() + 16);
        for (int at = 0; at < target.length(); at++) {
            char c = target.charAt(at);
            if (isLegal(target, at)) {
                legal.append(c);
            } else {
                HEX.toHexDigits(legal.append('%'), (byte) c);
            }
        }
        return legal.toString();
    }
}
