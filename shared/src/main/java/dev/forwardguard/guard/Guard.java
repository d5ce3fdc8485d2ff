package dev.forwardguard.guard;

import java.util.concurrent.CompletionStage;

/** One of the two guards: decides about each question of Traefik. */
@FunctionalInterface
public interface Guard {
    /**
     * Called on the event loop of the connection that asks. The stage may complete on any thread,
     * and exceptionally only because of a bug.
     */
    CompletionStage<Decision> decide(AuthRequest asked);
}
