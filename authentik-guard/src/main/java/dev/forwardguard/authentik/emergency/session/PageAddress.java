package dev.forwardguard.authentik.emergency.session;

import dev.forwardguard.client.ForwardedProto;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;
import java.util.Optional;

/**
 * The address of the page that a visitor is opening, to send the browser there once more. Anything
 * unusual about it is a reason not to.
 *
 * @param host where it is
 * @param uri path and query
 */
public record PageAddress(VisitorHost host, String uri) {
    private static final int LONGEST_URI = 8 * 1024; // Traefik's answer has to carry it

    /** Empty if it is not beyond doubt, or if this is no GET over TLS. */
    public static Optional<PageAddress> of(HttpHeaders headers) {
        List<String> uris = headers.getAll("X-Forwarded-Uri");
        if (!headers.getAll("X-Forwarded-Method").equals(List.of("GET"))
                || PathOverride.isOfChangedPath(headers)
                || uris.size() != 1
                || !isPathAndQuery(uris.getFirst())) {
            return Optional.empty();
        }
        return startPage(headers).map(start -> new PageAddress(start.host(), uris.getFirst()));
    }

    /**
     * The start page of the same host. Empty if that is not beyond doubt, or without TLS; {@code
     * wss} is no page.
     */
    public static Optional<PageAddress> startPage(HttpHeaders headers) {
        return ForwardedProto.of(headers).filter("https"::equals).isPresent()
                ? VisitorHost.of(headers).map(host -> new PageAddress(host, "/"))
                : Optional.empty();
    }

    private static boolean isPathAndQuery(String uri) {
        return uri.startsWith("/")
                && uri.length() <= LONGEST_URI
                && uri.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '#');
    }

    /** The host is written out, so that no path can be taken for another host. */
    public String location() {
        return "https://" + host.authority() + uri;
    }
}
