package dev.forwardguard.authentik.emergency.session;

import dev.forwardguard.http1.HeaderAliases;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;

/** Headers that say another path of a request than {@code X-Forwarded-Uri}, or a part of it. */
public final class PathOverride {
    /** Traefik's, with a path that is not the one in the browser. */
    private static final List<String> OF_CHANGED_PATH =
            List.of("X-Forwarded-Prefix", "X-Replaced-Path");

    /**
     * Symfony, Zend, IIS and others take the path from the first ones; the prefix, which many
     * frameworks and servers (WSGI, CGI) remove from the path, has the others; Traefik adds {@code
     * X-Replaced-Path}.
     */
    private static final List<String> ALL =
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

    private static final HeaderAliases OTHER_SPELLINGS = HeaderAliases.of(ALL);

    private PathOverride() {}

    /** Whether an application may take the path, or a part of it, from a header. */
    public static boolean isIn(HttpHeaders headers) {
        return ALL.stream().anyMatch(headers::contains) || OTHER_SPELLINGS.areIn(headers);
    }

    /**
     * Whether the gateway has changed the path. The others do not tell that: a proxy before the
     * gateway may add one to every request.
     */
    static boolean isOfChangedPath(HttpHeaders headers) {
        return OF_CHANGED_PATH.stream().anyMatch(headers::contains);
    }

    /** Removes all of them. */
    public static void removeFrom(HttpHeaders headers) {
        ALL.forEach(headers::remove);
    }
}
