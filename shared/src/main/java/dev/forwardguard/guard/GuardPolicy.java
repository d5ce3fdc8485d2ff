package dev.forwardguard.guard;

import dev.forwardguard.outcome.FallbackReason;

import io.netty.handler.codec.http.HttpHeaders;

import java.util.concurrent.CompletionStage;

/** How a guard decides under one revision of its settings. */
public interface GuardPolicy {
    /** Whether a request on the main port is an auth request for this guard. */
    boolean handles(String path);

    /**
     * Decides about a request. It is called on the event loop of the caller's connection. The stage
     * may complete on any thread; it completes exceptionally only because of a bug.
     */
    CompletionStage<Decision> decide(AuthRequest request);

    /**
     * Decides about a request that the guard could not handle at all.
     *
     * @param reason {@link FallbackReason#BAD_REQUEST}, {@link FallbackReason#OVERLOAD} or {@link
     *     FallbackReason#INTERNAL_ERROR}
     * @param status what any other HTTP server would answer: 400, 408, 414, 431 or 503
     * @param headers those headers of the request that could be read
     */
    Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers);
}
