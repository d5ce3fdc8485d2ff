package dev.forwardguard.upstream;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.memory.BufferBudget;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What to ask the upstream: a GET without a body.
 *
 * @param uri path and query, sent byte for byte after the path prefix of the upstream's URL
 * @param host the {@code Host} to send; without it, that of the upstream's URL
 * @param headers all other headers to send
 * @param loop the event loop of the request, on which its outcome is reported
 * @param cancellation done when the caller no longer waits for the outcome
 * @param client tells the address that the request counts for, {@link ClientAddress#UNKNOWN} for
 *     none; called only if the upstream is asked
 * @param buffers where the bytes of the response are counted
 * @param waited how much of its deadline is over already
 */
public record UpstreamRequest(
        String uri,
        Optional<String> host,
        OutgoingHeaders headers,
        EventLoop loop,
        Future<Void> cancellation,
        Supplier<ClientAddress> client,
        BufferBudget.Share buffers,
        Duration waited) {

    /**
     * Creates a request that is cancelled when the caller's connection closes.
     *
     * @param host the {@code Host} to send, if not the upstream's
     * @param client tells the address that the request counts for
     * @param caller the connection that waits for the outcome
     */
    public UpstreamRequest(
            String uri,
            Optional<String> host,
            OutgoingHeaders headers,
            Supplier<ClientAddress> client,
            Channel caller) {
        this(
                uri,
                host,
                headers,
                caller.eventLoop(),
                caller.closeFuture(),
                client,
                BufferBudget.of(caller),
                Duration.ZERO);
    }

    /** Creates the same request with the {@code Host} of the upstream. */
    public UpstreamRequest(
            String uri, OutgoingHeaders headers, Supplier<ClientAddress> client, Channel caller) {
        this(uri, Optional.empty(), headers, client, caller);
    }

    /** The same request after a wait, which counts towards its deadline. */
    public UpstreamRequest after(Duration wait) {
        return new UpstreamRequest(uri, host, headers, loop, cancellation, client, buffers, wait);
    }

    /** A request of the guard's own, which counts for nobody and is never cancelled. */
    static UpstreamRequest own(String uri, OutgoingHeaders headers, EventLoop loop) {
        return new UpstreamRequest(
                uri,
                Optional.empty(),
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
