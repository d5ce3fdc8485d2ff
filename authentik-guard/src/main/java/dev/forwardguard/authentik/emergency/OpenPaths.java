package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.emergency.session.PathOverride;
import dev.forwardguard.authentik.emergency.session.VisitorHost;
import dev.forwardguard.http1.HeaderAliases;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The paths that are open to everybody while there is no verdict: webhooks, health checks, status
 * pages. Authentik is not there to say what else is open, so anything unusual about a request is a
 * reason not to count it among these.
 *
 * @param all may be empty
 */
record OpenPaths(List<OpenPath> all) {
    /**
     * They say another host, scheme or path (RFC 7239, and RFC 4918 section 10.3 for {@code COPY}
     * and {@code MOVE}), or begin another protocol, of whose requests the guard sees nothing (RFC
     * 7540 section 3.2.1).
     */
    private static final List<String> OF_OTHER_REQUEST =
            List.of("Forwarded", "Destination", "HTTP2-Settings");

    /** Of these an application behind WSGI, CGI or PHP may take another one than the gateway's. */
    private static final HeaderAliases OTHER_SPELLINGS =
            HeaderAliases.of(
                    List.of(
                            "HTTP2-Settings",
                            "X-Forwarded-Host",
                            "X-Forwarded-Method",
                            "X-Forwarded-Proto",
                            "X-Forwarded-Uri"));

    private static final int LONGEST_URI = 8 * 1024;
    private static final Pattern QUERY = Pattern.compile("[!-~&&[^#]]*");

    /** Whether the request is for one of them, beyond doubt. */
    boolean include(HttpHeaders headers) {
        if (all.isEmpty() || mayMeanAnother(headers)) {
            return false;
        }
        List<String> methods = headers.getAll("X-Forwarded-Method");
        List<String> uris = headers.getAll("X-Forwarded-Uri");
        Optional<VisitorHost> host = VisitorHost.of(headers);
        if (methods.size() != 1 || uris.size() != 1 || host.isEmpty()) {
            return false;
        }
        String uri = uris.getFirst();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        return uri.length() <= LONGEST_URI
                && OpenPath.isUnambiguous(path)
                && (query < 0 || QUERY.matcher(uri.substring(query)).matches())
                && all.stream()
                        .anyMatch(each -> each.contains(methods.getFirst(), host.get(), path));
    }

    /** Whether an application may take it for another request than its target and method say. */
    private static boolean mayMeanAnother(HttpHeaders headers) {
        return MethodOverride.isIn(headers)
                || PathOverride.isIn(headers)
                || OF_OTHER_REQUEST.stream().anyMatch(headers::contains)
                || OTHER_SPELLINGS.areIn(headers);
    }

    /** As they are written in the log. */
    @Override
    public String toString() {
        return all.toString();
    }
}
