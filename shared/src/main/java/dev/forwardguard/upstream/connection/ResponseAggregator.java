package dev.forwardguard.upstream.connection;

import static dev.forwardguard.outcome.FallbackReason.BAD_STATUS;
import static dev.forwardguard.outcome.FallbackReason.OVERLOAD;
import static dev.forwardguard.outcome.FallbackReason.PROTOCOL_ERROR;
import static dev.forwardguard.outcome.FallbackReason.RESPONSE_TOO_LARGE;

import dev.forwardguard.http1.StrictResponseDecoder;
import dev.forwardguard.memory.BufferBudget;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** Collects the response to one request, part by part. Skips interim responses. */
final class ResponseAggregator {
    static final int MAX_BODY_BYTES = 1 << 20;

    private static final byte[] EMPTY = {};

    private final BufferBudget.Share buffers;
    private long taken;
    private int fields;
    private byte[] body = EMPTY;
    private @Nullable HttpResponse head;
    private int length;
    private @Nullable UpstreamResponse whole;
    private boolean keepAlive;
    private boolean interim;
    private boolean complete;

    /**
     * @param buffers where the response is counted until it has been passed on
     */
    ResponseAggregator(BufferBudget.Share buffers) {
        this.buffers = buffers;
    }

    /**
     * Counts bytes that have arrived. Returns null, or the reason why there will be no response.
     */
    @Nullable FallbackReason arrived(int bytes) {
        return take(bytes);
    }

    /**
     * Counts field lines that were decoded, whether or not the response is complete.
     *
     * @param all those of the latest head and of its trailers
     * @return null, or the reason why there will be no response
     */
    @Nullable FallbackReason decoded(int all) {
        int more = all - fields;
        fields = all;
        return more <= 0 ? null : take((long) more * BufferBudget.FIELD_BYTES);
    }

    /** Takes all of it, or gives everything back, because there will be no response. */
    private @Nullable FallbackReason take(long more) {
        if (buffers.take(more)) {
            taken += more;
            return null;
        }
        buffers.giveBack(taken);
        taken = 0;
        return OVERLOAD;
    }

    /** Adds the next part. Returns null, or the reason why there will be no response. */
    @Nullable FallbackReason add(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            return part.decoderResult().cause() instanceof TooLongFrameException
                    ? RESPONSE_TOO_LARGE
                    : PROTOCOL_ERROR;
        }
        if (part instanceof HttpResponse response) {
            return addHead(response);
        }
        return part instanceof HttpContent content ? addBody(content) : PROTOCOL_ERROR;
    }

    /** Adds a whole response. Returns null, or the reason why there will be no response. */
    @Nullable FallbackReason add(UpstreamResponse fast) {
        whole = fast;
        keepAlive =
                !fast.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        complete = true;
        return decoded(fast.headers().size());
    }

    private @Nullable FallbackReason addHead(HttpResponse response) {
        int status = response.status().code();
        if (!StrictResponseDecoder.isUnambiguous(response) || status < 100 || status > 999) {
            return PROTOCOL_ERROR;
        }
        if (response.headers().size() > StrictResponseDecoder.MAX_HEADER_FIELDS) {
            return RESPONSE_TOO_LARGE;
        }
        if (status == 101) {
            return BAD_STATUS; // what follows is not HTTP
        }
        interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        head = response;
        keepAlive = HttpUtil.isKeepAlive(response);
        return null;
    }

    private @Nullable FallbackReason addBody(HttpContent content) {
        ByteBuf bytes = content.content();
        int more = bytes.readableBytes();
        if (length + more > MAX_BODY_BYTES) {
            return RESPONSE_TOO_LARGE;
        }
        if (length + more > body.length) {
            // most bodies arrive in one part; others grow by doubling
            body = Arrays.copyOf(body, Math.max(length + more, 2 * length));
        }
        bytes.readBytes(body, length, more);
        length += more;
        complete = content instanceof LastHttpContent && !interim;
        return null;
    }

    boolean isComplete() {
        return complete;
    }

    /** Whether the connection may be reused. Valid only for a complete response. */
    boolean isKeepAlive() {
        return keepAlive;
    }

    /** Returns the response, once it is complete. */
    UpstreamResponse response() {
        UpstreamResponse known = whole;
        if (known != null) {
            return known;
        }
        if (head == null || !complete) {
            throw new IllegalStateException("the response is not complete");
        }
        byte[] bytes = length == body.length ? body : Arrays.copyOf(body, length);
        return new UpstreamResponse(head.status(), head.headers(), bytes);
    }
}
