package dev.forwardguard.authentik.emergency;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.List;

/** Headers that make an application take a request for one of another method. */
final class MethodOverride {
    private static final String METHOD = "X-Forwarded-Method";

    /**
     * No browser sends a header with one of these words in its name with a preflight, except {@code
     * Access-Control-Request-Method}. With such a header an application might treat the request as
     * a {@code DELETE}: frameworks honour {@code X-HTTP-Method-Override}, {@code X-HTTP-Method},
     * {@code X-Method-Override}, {@code X-Tunneled-Method} and others, and servers with CGI
     * variables also {@code X_HTTP_METHOD_OVERRIDE} and {@code X.HTTP.Method.Override}.
     */
    private static final List<String> OF_METHOD = List.of("method", "override");

    /** No browser sends a longer name either. It is not searched. */
    private static final int LONGEST_NAME = 64;

    private MethodOverride() {}

    /** Whether an application may take the method from a header, or that cannot be told. */
    static boolean isIn(HttpHeaders headers) {
        return headers.names().stream().anyMatch(MethodOverride::mayNameMethod);
    }

    private static boolean mayNameMethod(String name) {
        return name.length() > LONGEST_NAME || mentionsMethod(name);
    }

    private static boolean mentionsMethod(String name) {
        return OF_METHOD.stream().anyMatch(word -> AsciiString.containsIgnoreCase(name, word))
                && !AsciiString.contentEqualsIgnoreCase(name, METHOD)
                && !HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD.contentEqualsIgnoreCase(name);
    }
}
