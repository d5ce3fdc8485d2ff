package dev.forwardguard.authentik.emergency;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.List;

/**
 * Recognises CORS preflights: the {@code OPTIONS} request that a browser sends before it sends one
 * site's request to another. It never has credentials. Any client can send the same without a
 * browser.
 */
final class Preflight {
    private static final String METHOD = "X-Forwarded-Method";

    /**
     * No browser sends a header with one of these words in its name with a preflight, except {@code
     * Access-Control-Request-Method}. With such a header an application might treat the request as
     * a {@code DELETE}: frameworks honour {@code X-HTTP-Method-Override}, {@code X-HTTP-Method},
     * {@code X-Method-Override}, {@code X-Tunneled-Method} and others, and servers with CGI
     * variables also {@code X_HTTP_METHOD_OVERRIDE} and {@code X.HTTP.Method.Override}.
     */
    private static final List<String> OVERRIDES = List.of("method", "override");

    /** No browser sends a longer name either. It is not searched. */
    private static final int LONGEST_NAME = 64;

    private Preflight() {}

    /** Whether the request is a preflight, exactly as browsers send it by the Fetch standard. */
    static boolean is(HttpHeaders headers) {
        return headers.getAll(METHOD).equals(List.of("OPTIONS"))
                && appearsOnce(HttpHeaderNames.ORIGIN, headers)
                && appearsOnce(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD, headers)
                && !headers.contains(HttpHeaderNames.AUTHORIZATION)
                && !headers.contains(HttpHeaderNames.COOKIE)
                && headers.names().stream().noneMatch(Preflight::overridesMethod);
    }

    private static boolean overridesMethod(String name) {
        return name.length() > LONGEST_NAME || mentionsMethod(name);
    }

    private static boolean mentionsMethod(String name) {
        return OVERRIDES.stream().anyMatch(word -> AsciiString.containsIgnoreCase(name, word))
                && !AsciiString.contentEqualsIgnoreCase(name, METHOD)
                && !HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD.contentEqualsIgnoreCase(name);
    }

    private static boolean appearsOnce(CharSequence name, HttpHeaders headers) {
        List<String> values = headers.getAll(name);
        return values.size() == 1 && !values.getFirst().isBlank();
    }
}
