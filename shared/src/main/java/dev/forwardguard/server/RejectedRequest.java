package dev.forwardguard.server;

import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * A request that is answered without having been read. Travels through the pipeline as an event.
 *
 * @param reason the reason in the metrics
 * @param status the status that any other HTTP server would answer with
 * @param headers those of its headers that could be read
 */
record RejectedRequest(FallbackReason reason, int status, HttpHeaders headers) {
    /** There is no memory for the request. */
    static final RejectedRequest OVERLOAD =
            new RejectedRequest(FallbackReason.OVERLOAD, 503, EmptyHttpHeaders.INSTANCE);

    /** The head of the request takes too long. */
    static final RejectedRequest SLOW =
            new RejectedRequest(FallbackReason.BAD_REQUEST, 408, EmptyHttpHeaders.INSTANCE);

    /** The request cannot be read. */
    static RejectedRequest unreadable(int status, HttpHeaders headers) {
        return new RejectedRequest(FallbackReason.BAD_REQUEST, status, headers);
    }

    /** Leaves out the headers. */
    @Override
    public String toString() {
        return "RejectedRequest[" + reason + ", " + status + "]";
    }
}
