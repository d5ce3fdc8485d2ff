package dev.forwardguard.authentik.emergency;

import dev.forwardguard.http1.HeaderAliases;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.List;

/** Headers that make an application take a request for another one than the gateway has routed. */
final class RequestOverride {
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

    /**
     * Symfony, Zend, IIS and others take the path from the first ones; the prefix, which many
     * frameworks and servers (WSGI, CGI) remove from the path, has the others; Traefik adds {@code
     * X-Replaced-Path}.
     */
    private static final List<String> OF_PATH =
            List.of(
                    "X-Original-URL",
                    "X-Original-URI",
                    "X-Original-Path",
                    "X-Envoy-Original-Path",
                    "X-Rewrite-URL",
                    "X-Rewrite-URI",
                    "X-Forwarded-Path",
                    "X-Forwarded-Prefix",
                    "Script-Name",
                    "X-Script-Name",
                    "Path-Info",
                    "X-Replaced-Path");

    private static final HeaderAliases OTHER_SPELLINGS = HeaderAliases.of(OF_PATH);

    private RequestOverride() {}

    /** Whether an application may take the method from a header, or that cannot be told. */
    static boolean isOfMethod(HttpHeaders headers) {
        return headers.names().stream().anyMatch(RequestOverride::mayNameMethod);
    }

    /** Whether an application may take the path, or a part of it, from a header. */
    static boolean isOfPath(HttpHeaders headers) {
        return OF_PATH.stream().anyMatch(headers::contains) || OTHER_SPELLINGS.areIn(headers);
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
