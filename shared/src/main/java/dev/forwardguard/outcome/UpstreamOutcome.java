package dev.forwardguard.outcome;

/** What came of an upstream request. */
public sealed interface UpstreamOutcome {
    /** The upstream decided: a complete response whose status is a verdict. */
    record Answered(UpstreamResponse verdict) implements UpstreamOutcome {}

    /** There is no verdict, so the guard has to decide without one. */
    record Unavailable(FallbackReason reason) implements UpstreamOutcome {}

    /** The caller hung up before the outcome. Counts neither as a success nor as a failure. */
    record Cancelled() implements UpstreamOutcome {}
}
