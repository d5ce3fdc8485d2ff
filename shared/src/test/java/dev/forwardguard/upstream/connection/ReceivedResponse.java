package dev.forwardguard.upstream.connection;

import static java.util.Objects.requireNonNull;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponse;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/** A connection whose upstream is the test, and what a receiver got of the response. */
final class ReceivedResponse implements ResponseReceiver, UpstreamConnection.Home {
    final EmbeddedChannel channel = new EmbeddedChannel();
    private final UpstreamConnection connection =
            new UpstreamConnection(channel, new InetSocketAddress(0), this);

    private @Nullable ResponseAggregator parts;
    private @Nullable UpstreamResponse response;
    private @Nullable FallbackReason failure;
    private boolean fastPath;
    private boolean kept;

    ReceivedResponse() {
        connection.send(Unpooled.EMPTY_BUFFER, this);
    }

    /** Bytes arrive, unless the guard has closed the connection. */
    void arrive(ByteBuf bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(bytes);
        } else {
            bytes.release();
        }
    }

    /** The complete response. */
    UpstreamResponse response() {
        return requireNonNull(response);
    }

    boolean isComplete() {
        return response != null;
    }

    @Nullable FallbackReason failure() {
        return failure;
    }

    boolean tookFastPath() {
        return fastPath;
    }

    /** Whether the connection may carry another request. */
    boolean isKept() {
        return kept;
    }

    @Override
    public void connected(UpstreamConnection found, boolean reused) {
        throw new AssertionError("no connection was asked for");
    }

    @Override
    public void bytesArrived() {}

    @Override
    public boolean takeForHead(long bytes) {
        return true;
    }

    @Override
    public void whole(UpstreamResponse whole) {
        fastPath = true;
        response = whole;
    }

    @Override
    public void head(HttpResponse head) {
        parts = new ResponseAggregator(head);
    }

    @Override
    public void body(ByteBuf bytes) {
        requireNonNull(parts).add(bytes);
        bytes.release();
    }

    @Override
    public void complete() {
        if (parts != null) {
            response = parts.response();
        }
    }

    @Override
    public void failed(FallbackReason reason) {
        failure = reason;
    }

    @Override
    public void give(UpstreamConnection given) {
        kept = true;
    }

    @Override
    public void forget(UpstreamConnection forgotten) {
        kept = false;
    }
}
