package dev.forwardguard.upstream;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.memory.BufferBudget;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What to ask the upstream: a GET without a body.
 *
 * @param uri path and query, sent byte for byte after the path prefix of the upstream's URL
 * @param headers all headers to send, except {@code Host}, which is the upstream's
 * @param loop the event loop of the request, on which its outcome is reported
 * @param cancellation done when the caller no longer waits for the outcome
 * @param client tells the address that the request counts for, {@link ClientAddress#UNKNOWN} for
 *     none; called only if the upstream is asked
 * @param buffers where the bytes of the response are counted
 * @param waited how much of its deadline is over already
 */
public record UpstreamRequest(
        String uri,
        OutgoingHeaders headers,
        EventLoop loop,
        Future<Void> cancellation,
        Supplier<ClientAddress> client,
        BufferBudget.Share buffers,
        Duration waited) {

    /**
     * Creates a request that is cancelled when the caller's connection closes.
     *
     * @param client tells the address that the request counts for
     * @param caller the connection that waits for the outcome
     */
    public UpstreamRequest(
            String uri, OutgoingHeaders headers, Supplier<ClientAddress> client, Channel caller) {
        this(
                uri,
                headers,
                caller.eventLoop(),
                caller.closeFuture(),
                client,
                BufferBudget.of(caller),
                Duration.ZERO);
    }

    /** The same request after a wait, which counts towards its deadline. */
    public UpstreamRequest after(Duration wait) {
        return new UpstreamRequest(uri, headers, loop, cancellation, client, buffers, wait);
    }

    /** A request of the guard's own, which counts for nobody and is never cancelled. */
    static UpstreamRequest own(String uri, OutgoingHeaders headers, EventLoop loop) {
        return new UpstreamRequest(
                uri,
                headers,
                loop,
                loop.newPromise(),
                () -> ClientAddress.UNKNOWN,
                BufferBudget.unbounded(),
                Duration.ZERO);
    }

    /** Contains the path without its query: headers and query may hold secrets. */
    @Override
    public String toString() {
        int query = uri.indexOf('?');
        return "UpstreamRequest[" + (query < 0 ? uri : uri.substring(0, query)) + "]";
    }
}
