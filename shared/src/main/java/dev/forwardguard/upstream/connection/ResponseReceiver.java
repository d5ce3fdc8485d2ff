package dev.forwardguard.upstream.connection;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Who gets a connection and then a response on it, part by part. All methods are called on the
 * event loop of the connection. After {@link #complete} or {@link #failed} no other follows, and
 * none does after the receiver has closed the connection.
 */
public interface ResponseReceiver {
    /**
     * A connection was found for the request.
     *
     * @param reused whether it has carried a request before, so that it may turn out to be stale
     */
    void connected(UpstreamConnection connection, boolean reused);

    /** Bytes of the response have arrived. */
    void bytesArrived();

    /**
     * Takes memory for more of a header section, interim ones and trailers included. If there is
     * none, returns false, and {@link #failed} follows.
     */
    boolean takeForHead(long bytes);

    /** Likewise for bytes of the body, of which a receiver may not hold any. */
    default boolean takeForBody(long bytes) {
        return true;
    }

    /** A whole response, of which no parts follow. */
    default void whole(UpstreamResponse response) {
        head(new DefaultHttpResponse(HttpVersion.HTTP_1_1, response.status(), response.headers()));
        if (response.body().length > 0) {
            body(Unpooled.wrappedBuffer(response.body()));
        }
    }

    /** The header section of the final response. Its framing is unambiguous. */
    void head(HttpResponse head);

    /**
     * Part of the body.
     *
     * @param bytes belong to the receiver, who releases them
     */
    void body(ByteBuf bytes);

    /** Everything that had arrived was handed over. */
    default void handedOver() {}

    /** The response is complete. The connection no longer belongs to the receiver. */
    void complete();

    /** There will be no more, and there is no connection any more. */
    void failed(FallbackReason reason);

    /** The connection accepts more of the request. */
    default void writable() {}
}
