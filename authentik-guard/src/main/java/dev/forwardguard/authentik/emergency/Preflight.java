package dev.forwardguard.authentik.emergency;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;

/**
 * Recognises CORS preflights: the {@code OPTIONS} request that a browser sends before it sends one
 * site's request to another. It never has credentials. Any client can send the same without a
 * browser.
 */
final class Preflight {
    private static final String METHOD = "X-Forwarded-Method";

    private Preflight() {}

    /** Whether the request is a preflight, exactly as browsers send it by the Fetch standard. */
    static boolean is(HttpHeaders headers) {
        return headers.getAll(METHOD).equals(List.of("OPTIONS"))
                && appearsOnce(HttpHeaderNames.ORIGIN, headers)
                && appearsOnce(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD, headers)
                && !headers.contains(HttpHeaderNames.AUTHORIZATION)
                && !headers.contains(HttpHeaderNames.COOKIE)
                && !MethodOverride.isIn(headers);
    }

    private static boolean appearsOnce(CharSequence name, HttpHeaders headers) {
        List<String> values = headers.getAll(name);
        return values.size() == 1 && !values.getFirst().isBlank();
    }
}
