package dev.forwardguard.server;

import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * Why a request is answered without having been read; travels down the pipeline as an event.
 *
 * @param reason what the metrics say
 * @param status what an ordinary server would answer
 * @param headers as many of the request's as could be read
 */
record RejectedRequest(FallbackReason reason, int status, HttpHeaders headers) {
    /** There is no memory for it. */
    static final RejectedRequest OVERLOAD =
            new RejectedRequest(FallbackReason.OVERLOAD, 503, EmptyHttpHeaders.INSTANCE);

    /** Its head does not come to an end. */
    static final RejectedRequest SLOW =
            new RejectedRequest(FallbackReason.BAD_REQUEST, 408, EmptyHttpHeaders.INSTANCE);

    /** It cannot be read. */
    static RejectedRequest unreadable(int status, HttpHeaders headers) {
        return new RejectedRequest(FallbackReason.BAD_REQUEST, status, headers);
    }

    /** Never the headers. */
    @Override
    public String toString() {
        return "Refusal[" + reason + ", " + status + "]";
    }
}
