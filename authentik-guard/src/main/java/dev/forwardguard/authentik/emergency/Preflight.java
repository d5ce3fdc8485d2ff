package dev.forwardguard.authentik.emergency;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;

/**
 * The question that a browser asks before it sends one site's request to another (CORS): by {@code
 * OPTIONS}, and never with credentials. Everybody can send the same without a browser.
 */
final class Preflight {
    /** No browser sends these along; an application might act on the last as if on a DELETE. */
    private static final List<CharSequence> FOREIGN =
            List.of(
                    HttpHeaderNames.AUTHORIZATION,
                    HttpHeaderNames.COOKIE,
                    "X-HTTP-Method-Override",
                    "X-HTTP-Method",
                    "X-Method-Override");

    private Preflight() {}

    /** Whether this is one, exactly as the Fetch standard has browsers send it. */
    static boolean is(HttpHeaders headers) {
        return headers.getAll("X-Forwarded-Method").equals(List.of("OPTIONS"))
                && isThereOnce(HttpHeaderNames.ORIGIN, headers)
                && isThereOnce(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD, headers)
                && FOREIGN.stream().noneMatch(headers::contains);
    }

    private static boolean isThereOnce(CharSequence name, HttpHeaders headers) {
        List<String> values = headers.getAll(name);
        return values.size() == 1 && !values.getFirst().isBlank();
    }
}
