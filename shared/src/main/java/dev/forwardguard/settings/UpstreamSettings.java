package dev.forwardguard.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the upstream is and how long one question may take.
 *
 * @param url scheme, host and port, and optionally a path that is put before every request path;
 *     plain {@code http} only, because the upstream is a neighbour in the cluster
 * @param connectTimeout the longest wait for one TCP connection
 * @param readTimeout the longest silence of the upstream once it was asked
 * @param deadline the longest time for the whole question, name resolution and body included; more
 *     than 0, at most 25 s, because Traefik gives up after 30 s
 * @param maxConcurrent questions that may be under way at once; more are not asked
 * @param failureStatuses statuses that are never a verdict, on top of what the guard itself refuses
 *     to take as one
 * @param probe the guard's own question
 */
public record UpstreamSettings(
        URI url,
        Duration connectTimeout,
        Duration readTimeout,
        Duration deadline,
        int maxConcurrent,
        Set<Integer> failureStatuses,
        ProbeSettings probe) {

    /** The settings of a guard whose operator only says where the upstream is. */
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

    /** The port that the URL names, or HTTP's. */
    public int port() {
        return url.getPort() == -1 ? 80 : url.getPort();
    }

    /** The host without the brackets that a URL needs around an IPv6 address. */
    public String host() {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** What goes before each request path: empty, or a path without a slash at its end. */
    public String pathPrefix() {
        String path = url.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** As Java would, but quicker: see the package. */
    @Override
    public String toString() {
        return "UpstreamSettings[url="
                + url
                + ", connectTimeout="
                + connectTimeout
                + ", readTimeout="
                + readTimeout
                + ", deadline="
                + deadline
                + ", maxConcurrent="
                + maxConcurrent
                + ", failureStatuses="
                + failureStatuses
                + ", probe="
                + probe
                + "]";
    }
}
