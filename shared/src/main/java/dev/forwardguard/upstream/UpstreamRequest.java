package dev.forwardguard.upstream;

import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.memory.BufferBudget;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * What to ask: a GET without a body.
 *
 * @param uri path and query, sent byte for byte behind the path prefix of the upstream's URL
 * @param headers all headers to send, except {@code Host}, which is the upstream's
 * @param loop where the question lives and its outcome is told
 * @param cancellation done when nobody waits for the outcome any more
 * @param buffers where the bytes of the answer are counted
 */
public record UpstreamRequest(
        String uri,
        OutgoingHeaders headers,
        EventLoop loop,
        Future<Void> cancellation,
        BufferBudget.Share buffers) {

    /**
     * A question that lives and dies with a connection.
     *
     * @param caller the connection that waits for the outcome
     */
    public UpstreamRequest(String uri, OutgoingHeaders headers, Channel caller) {
        this(uri, headers, caller.eventLoop(), caller.closeFuture(), BufferBudget.of(caller));
    }

    /** The path without its query: headers and query may hold secrets. */
    @Override
    public String toString() {
        int query = uri.indexOf('?');
        return "UpstreamQuestion[" + (query < 0 ? uri : uri.substring(0, query)) + "]";
    }
}
