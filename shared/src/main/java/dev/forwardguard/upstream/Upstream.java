package dev.forwardguard.upstream;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.upstream.breaker.CircuitState;

import java.util.concurrent.CompletionStage;

/** The auth backend that a guard asks. */
@FunctionalInterface
public interface Upstream {
    /**
     * Asks one question. The stage completes within the deadline, on the event loop of the asker,
     * and never exceptionally for anything that an upstream or a network can do.
     */
    CompletionStage<UpstreamOutcome> ask(UpstreamRequest request);

    /** The state of the circuit to it; an upstream without a breaker is always asked. */
    default CircuitState circuit() {
        return CircuitState.CLOSED;
    }
}
