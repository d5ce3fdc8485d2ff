package dev.forwardguard.guard;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

import org.jspecify.annotations.Nullable;

/**
 * The auth request that Traefik sends to the guard. Not thread-safe: one thread uses it at a time,
 * either the event loop of its connection or the thread that the event loop handed it to.
 */
public final class AuthRequest {
    private final String path;
    private final String query;
    private final HttpHeaders headers;
    private final Channel connection;
    private @Nullable RequestId id;

    private AuthRequest(String target, HttpHeaders headers, Channel connection) {
        int queryStart = target.indexOf('?');
        this.path = queryStart < 0 ? target : target.substring(0, queryStart);
        this.query = queryStart < 0 ? "" : target.substring(queryStart);
        this.headers = headers;
        this.connection = connection;
    }

    /**
     * Creates the auth request from its request line and headers.
     *
     * @param connection the caller's connection, which gets the response
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

    /** The query as it was sent, with its leading {@code ?}, or an empty string. */
    public String query() {
        return query;
    }

    /** All headers as they were sent: order, repeats and bytes kept. */
    public HttpHeaders headers() {
        return headers;
    }

    /** The caller's connection, which gets the response. */
    public Channel connection() {
        return connection;
    }

    /** The id of this request in pages and logs. Every call returns the same one. */
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
