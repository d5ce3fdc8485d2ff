package dev.forwardguard.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the upstream is, and the timeouts and limits of a request to it.
 *
 * @param url scheme, host and port, and optionally a path prefix for every request; plain {@code
 *     http} only, because the upstream is in the same cluster
 * @param connectTimeout the maximum time for one TCP connection attempt
 * @param readTimeout the maximum time without a byte from the upstream once the request was sent
 * @param deadline the maximum time for the whole upstream request, name resolution and body
 *     included; more than 0 and at most 25 s, because Traefik gives up after 30 s
 * @param maxConcurrent the maximum number of upstream requests in flight; beyond it the guard
 *     decides without the upstream
 * @param failureStatuses statuses that are never a verdict, in addition to those that the guard
 *     excludes itself
 * @param probe the guard's own request
 */
public record UpstreamSettings(
        URI url,
        Duration connectTimeout,
        Duration readTimeout,
        Duration deadline,
        int maxConcurrent,
        Set<Integer> failureStatuses,
        ProbeSettings probe) {

    /** The default settings for an upstream at this URL. */
    public static UpstreamSettings defaults(URI url, ProbeSettings probe) {
        return new UpstreamSettings(
                url,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                256,
                Set.of(502, 503, 504),
                probe);
    }

    public UpstreamSettings {
        failureStatuses = Collections.unmodifiableSet(new TreeSet<>(failureStatuses));
    }

    /**
     * Checks what the upstream may be asked for: a path, and a query if it is written there.
     *
     * @throws IllegalArgumentException if it is anything else; the message continues the key's name
     */
    public static String target(String text) {
        if (!text.matches("/[!-~&&[^#]]*")) {
            throw new IllegalArgumentException(
                    "must begin with / and be printable ASCII without a space");
        }
        return text;
    }

    /** The same timeouts and limits for another URL. */
    public UpstreamSettings at(URI other) {
        return new UpstreamSettings(
                other,
                connectTimeout,
                readTimeout,
                deadline,
                maxConcurrent,
                failureStatuses,
                probe);
    }

    /** The port of the URL, 80 if it has none. */
    public int port() {
        int port = ServerAddress.of(url).port();
        return port == -1 ? 80 : port;
    }

    /** The host; an IPv6 address without the brackets that it has in a URL. */
    public String host() {
        return ServerAddress.of(url).host();
    }

    /** The prefix of every request path: empty, or a path without a trailing slash. */
    public String pathPrefix() {
        String path = url.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
