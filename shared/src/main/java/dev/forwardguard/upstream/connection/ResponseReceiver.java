package dev.forwardguard.upstream.connection;

import dev.forwardguard.outcome.FallbackReason;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;

/**
 * Who gets a streamed response, part by part. All methods are called on the event loop of the
 * exchange. After {@link #complete} or {@link #failed} no other follows.
 */
public interface ResponseReceiver {
    /**
     * A connection was found for the request.
     *
     * @param reused whether it has carried a request before, so that it may turn out to be stale
     */
    void connected(StreamingConnection connection, boolean reused);

    /** Bytes of the response have arrived. */
    void bytesArrived();

    /**
     * Takes memory for more of a header section, interim ones included. If there is none, returns
     * false, and {@link #failed} follows.
     */
    boolean takeForHead(long bytes);

    /** The header section of the final response. Its framing is unambiguous. */
    void head(HttpResponse head);

    /**
     * Part of the body.
     *
     * @param bytes belong to the receiver, who releases them
     */
    void body(ByteBuf bytes);

    /** Everything that had arrived was handed over. */
    void handedOver();

    /** The response is complete. The connection no longer belongs to the receiver. */
    void complete();

    /** There will be no more, and there is no connection any more. */
    void failed(FallbackReason reason);

    /** The connection accepts more of the request. */
    void writable();
}
