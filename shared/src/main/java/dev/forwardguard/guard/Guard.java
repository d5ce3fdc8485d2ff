package dev.forwardguard.guard;

import java.util.concurrent.CompletionStage;

/** One of the two guards: decides about each auth request of Traefik. */
@FunctionalInterface
public interface Guard {
    /**
     * Decides about a request. It is called on the event loop of the caller's connection. The stage
     * may complete on any thread; it completes exceptionally only because of a bug.
     */
    CompletionStage<Decision> decide(AuthRequest request);
}
