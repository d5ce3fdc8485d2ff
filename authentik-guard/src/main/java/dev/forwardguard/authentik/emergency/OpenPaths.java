package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.emergency.session.PathOverride;
import dev.forwardguard.authentik.emergency.session.VisitorHost;

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
    private static final int LONGEST_URI = 8 * 1024;
    private static final Pattern QUERY = Pattern.compile("[!-~&&[^#]]*");

    /** Whether the request is for one of them, beyond doubt. */
    boolean include(HttpHeaders headers) {
        if (all.isEmpty() || MethodOverride.isIn(headers) || PathOverride.isIn(headers)) {
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

    /** As they are written in the log. */
    @Override
    public String toString() {
        return all.toString();
    }
}
