package dev.forwardguard.upstream;

import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.upstream.breaker.CircuitState;

import java.util.concurrent.CompletionStage;

/** The auth backend that a guard asks. */
@FunctionalInterface
public interface Upstream {
    /**
     * Sends one request. The stage completes within the deadline, on the event loop of the request,
     * and never exceptionally because of anything that an upstream or a network can do.
     *
     * @param settings under which the request is decided
     */
    CompletionStage<UpstreamOutcome> ask(UpstreamRequest request, GuardSettings settings);

    /** Returns the state of its circuit. An upstream without a breaker is always asked. */
    default CircuitState circuit() {
        return CircuitState.CLOSED;
    }

    /** Returns whether a suspect answer to its probe shows that it is broken. */
    default ProbeEvidence probe() {
        return ProbeEvidence.UNKNOWN;
    }

    /** Returns what became of it lately. */
    default UpstreamCondition condition() {
        return UpstreamCondition.UNKNOWN;
    }

    /** Returns how its places are shared between client addresses. */
    default ClientShares shares() {
        return new ClientShares(0, 0, 0, false);
    }
}
