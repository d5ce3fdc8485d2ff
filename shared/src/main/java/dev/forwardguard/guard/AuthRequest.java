package dev.forwardguard.guard;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

import org.jspecify.annotations.Nullable;

/**
 * The auth request that Traefik makes. Not thread-safe: used by one thread at a time, which is the
 * event loop of its connection, or the thread that the event loop handed it to.
 */
public final class AuthRequest {
    private final String path;
    private final String query;
    private final HttpHeaders headers;
    private final Channel connection;
    private @Nullable RequestId id;

    private AuthRequest(String target, HttpHeaders headers, Channel connection) {
        int request = target.indexOf('?');
        this.path = request < 0 ? target : target.substring(0, request);
        this.query = request < 0 ? "" : target.substring(request);
        this.headers = headers;
        this.connection = connection;
    }

    /**
     * The request with this head.
     *
     * @param connection where the decision goes
     */
    public static AuthRequest of(HttpRequest head, Channel connection) {
        return new AuthRequest(originForm(head.uri()), head.headers(), connection);
    }

    /** A proxy may send the absolute form, {@code http://host/path} (RFC 9112 section 3.2.2). */
    private static String originForm(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int path = target.indexOf('/', scheme + 3);
        return path < 0 ? "/" : target.substring(path);
    }

    /** The path as it was sent, not decoded. */
    public String path() {
        return path;
    }

    /** The query with its question mark as it was sent, or empty. */
    public String query() {
        return query;
    }

    /** All headers, in order, with repeats, byte for byte. */
    public HttpHeaders headers() {
        return headers;
    }

    /** Where the decision goes. */
    public Channel connection() {
        return connection;
    }

    /** What the pages and the log call it; the same whenever it is asked for. */
    public RequestId id() {
        RequestId known = id;
        if (known == null) {
            known = RequestId.of(headers);
            id = known;
        }
        return known;
    }

    /** The path only: headers and query may hold secrets. */
    @Override
    public String toString() {
        return "AuthRequest[" + path + "]";
    }
}
