package dev.forwardguard.authentik.passthrough;

import dev.forwardguard.server.CallerConnection;
import dev.forwardguard.upstream.connection.UpstreamConnection;

import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The body of a request on its way to the outpost. What arrives before there is a connection waits
 * here. Each byte counts as the caller's until it was written.
 */
final class RequestBody {
    /**
     * More than this arrives without being read only if the visitor has closed the connection:
     * Netty then reads all that is left.
     */
    private static final int MOST_BYTES_UNWANTED = 128 * 1024;

    private final CallerConnection caller;
    private final boolean exists;
    private final Queue<HttpContent> unsent = new ArrayDeque<>(1);
    private boolean complete;
    private boolean discarded;
    private long unwanted;

    RequestBody(HttpRequest head, CallerConnection caller) {
        this.caller = caller;
        this.exists = Messages.hasBody(head);
        this.complete = !exists;
    }

    boolean exists() {
        return exists;
    }

    /** Whether all of it has arrived. */
    boolean isComplete() {
        return complete;
    }

    /**
     * Whether a part may have arrived.
     *
     * @param wanted whether more of the body was to be read
     */
    boolean isExpected(HttpContent part, boolean wanted) {
        unwanted = wanted ? 0 : unwanted + part.content().readableBytes();
        return unwanted <= MOST_BYTES_UNWANTED;
    }

    /** Takes a part to send it. False, and released, if there is no memory for it. */
    boolean take(HttpContent part, @Nullable UpstreamConnection outpost) {
        complete = part instanceof LastHttpContent;
        HttpContent forwarded =
                complete ? new DefaultLastHttpContent(part.content()) : part; // no trailers
        if (!caller.hold(forwarded.content().readableBytes())) {
            forwarded.release();
            return false;
        }
        if (outpost == null) {
            unsent.add(forwarded.copy()); // the original is part of a buffer that may be large
            forwarded.release();
        } else {
            send(forwarded, outpost);
        }
        return true;
    }

    /** Sends what has waited for the connection. */
    void sendTo(UpstreamConnection outpost) {
        for (HttpContent part = unsent.poll(); part != null; part = unsent.poll()) {
            send(part, outpost);
        }
        if (!exists) {
            outpost.send(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void send(HttpContent part, UpstreamConnection outpost) {
        int bytes = part.content().readableBytes();
        outpost.send(part)
                .addListener(
                        written -> {
                            if (!discarded) {
                                caller.release(bytes);
                            }
                        });
    }

    /** The exchange has ended: nothing is sent any more. */
    void discard() {
        discarded = true;
        unsent.forEach(HttpContent::release);
        unsent.clear();
    }
}
