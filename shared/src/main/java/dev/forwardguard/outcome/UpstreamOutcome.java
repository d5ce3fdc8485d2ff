package dev.forwardguard.outcome;

/** What came of asking. */
public sealed interface UpstreamOutcome {
    /** The upstream has decided: a complete response whose status is a verdict. */
    record Answered(UpstreamResponse verdict) implements UpstreamOutcome {}

    /** There is no verdict; the guard has to decide without one. */
    record Unavailable(FallbackReason reason) implements UpstreamOutcome {}

    /**
     * The asker hung up before the outcome; nobody hears the decision, and it counts for nothing.
     */
    record Cancelled() implements UpstreamOutcome {}
}
