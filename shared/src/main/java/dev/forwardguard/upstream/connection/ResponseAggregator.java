package dev.forwardguard.upstream.connection;

import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;

import java.util.Arrays;

/** Collects the body of a response, part by part. */
final class ResponseAggregator {
    static final int MAX_BODY_BYTES = 1 << 20;

    private static final byte[] EMPTY = {};

    private final HttpResponse head;
    private byte[] body = EMPTY;
    private int length;

    ResponseAggregator(HttpResponse head) {
        this.head = head;
    }

    /** Adds part of the body. Returns false if it gets too large. */
    boolean add(ByteBuf bytes) {
        int more = bytes.readableBytes();
        if (length + more > MAX_BODY_BYTES) {
            return false;
        }
        if (length + more > body.length) {
            // most bodies arrive in one part; others grow by doubling
            body = Arrays.copyOf(body, Math.max(length + more, 2 * length));
        }
        bytes.readBytes(body, length, more);
        length += more;
        return true;
    }

    /** Returns the response; to be called when all its parts were added. */
    UpstreamResponse response() {
        byte[] bytes = length == body.length ? body : Arrays.copyOf(body, length);
        return new UpstreamResponse(head.status(), head.headers(), bytes);
    }
}
