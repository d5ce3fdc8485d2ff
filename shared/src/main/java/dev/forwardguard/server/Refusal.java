package dev.forwardguard.server;

import dev.forwardguard.upstream.FallbackReason;

/**
 * Why a request is answered without having been read; travels down the pipeline as an event.
 *
 * @param reason what the metrics say
 * @param status what an ordinary server would answer
 */
record Refusal(FallbackReason reason, int status) {
    /** There is no memory for it. */
    static final Refusal OVERLOAD = new Refusal(FallbackReason.OVERLOAD, 503);

    /** Its head does not come to an end. */
    static final Refusal SLOW = new Refusal(FallbackReason.BAD_REQUEST, 408);

    /** It cannot be read. */
    static Refusal unreadable(int status) {
        return new Refusal(FallbackReason.BAD_REQUEST, status);
    }
}
