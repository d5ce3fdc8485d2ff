package dev.forwardguard.forwardauth;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The subrequest that Traefik makes.
 *
 * @param path the path as it was sent, not decoded
 * @param query the query with its question mark as it was sent, or empty
 * @param headers all headers, in order, with repeats, byte for byte
 * @param connection where the decision goes
 * @param id what the pages and the log call it
 */
public record ForwardAuthRequest(
        String path, String query, HttpHeaders headers, Channel connection, RequestId id) {

    /**
     * Looks below Micronaut's request, which decodes and re-encodes: the upstream has to see what
     * Traefik sent.
     */
    public static ForwardAuthRequest of(HttpRequest<?> request) {
        var netty = (NettyHttpRequest<?>) request;
        io.netty.handler.codec.http.HttpRequest head = netty.getNativeRequest();
        String uri =
                originForm(
                        head instanceof OriginalTarget sent ? sent.originalTarget() : head.uri());
        int question = uri.indexOf('?');
        return new ForwardAuthRequest(
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? "" : uri.substring(question),
                head.headers(),
                netty.getChannelHandlerContext().channel(),
                RequestId.of(head.headers()));
    }

    /** A proxy may send the absolute form, {@code http://host/path} (RFC 9112 section 3.2.2). */
    private static String originForm(String uri) {
        int scheme = uri.indexOf("://");
        if (uri.startsWith("/") || scheme < 0) {
            return uri;
        }
        int path = uri.indexOf('/', scheme + 3);
        return path < 0 ? "/" : uri.substring(path);
    }

    /** The path only: headers and query may hold secrets. */
    @Override
    public String toString() {
        return "ForwardAuthRequest[" + path + "]";
    }
}
