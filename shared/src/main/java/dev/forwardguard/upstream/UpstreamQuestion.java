package dev.forwardguard.upstream;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What to ask: a GET without a body.
 *
 * @param uri path and query, sent byte for byte behind the path prefix of the upstream's URL
 * @param headers all headers to send, except {@code Host}, which is the upstream's
 * @param asker the connection that waits for the outcome; the question lives on its event loop and
 *     dies with it
 */
public record UpstreamQuestion(String uri, HttpHeaders headers, Channel asker) {

    /** The path without its query: headers and query may hold secrets. */
    @Override
    public String toString() {
        int query = uri.indexOf('?');
        return "UpstreamQuestion[" + (query < 0 ? uri : uri.substring(0, query)) + "]";
    }
}
