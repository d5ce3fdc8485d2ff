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
    /**
     * No browser sends these with a preflight. With one of the last three, an application might
     * treat the request as a {@code DELETE}.
     */
    private static final List<CharSequence> FOREIGN =
            List.of(
                    HttpHeaderNames.AUTHORIZATION,
                    HttpHeaderNames.COOKIE,
                    "X-HTTP-Method-Override",
                    "X-HTTP-Method",
                    "X-Method-Override");

    private Preflight() {}

    /** Whether the request is a preflight, exactly as browsers send it by the Fetch standard. */
    static boolean is(HttpHeaders headers) {
        return headers.getAll("X-Forwarded-Method").equals(List.of("OPTIONS"))
                && appearsOnce(HttpHeaderNames.ORIGIN, headers)
                && appearsOnce(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD, headers)
                && FOREIGN.stream().noneMatch(headers::contains);
    }

    private static boolean appearsOnce(CharSequence name, HttpHeaders headers) {
        List<String> values = headers.getAll(name);
        return values.size() == 1 && !values.getFirst().isBlank();
    }
}
