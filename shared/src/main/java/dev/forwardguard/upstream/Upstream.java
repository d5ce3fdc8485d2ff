package dev.forwardguard.upstream;

import java.util.concurrent.CompletionStage;

/** The auth backend that a guard asks. */
@FunctionalInterface
public interface Upstream {
    /**
     * Asks one question. The stage completes within the deadline, on the event loop of the asker,
     * and never exceptionally for anything that an upstream or a network can do.
     */
    CompletionStage<UpstreamOutcome> ask(UpstreamQuestion question);
}
