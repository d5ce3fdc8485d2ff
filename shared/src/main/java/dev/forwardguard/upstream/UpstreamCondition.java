package dev.forwardguard.upstream;

import dev.forwardguard.outcome.FallbackReason;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What became of an upstream lately, for those who look at the guard.
 *
 * @param tripped why and when the circuit opened, while it is not closed again
 * @param closedAgain when it closed last, if it ever was open
 * @param verdict when the last request was answered with a verdict, to within a second
 * @param failure why and when the last request was not
 * @param probes results of the last probes, the newest first, not more than 20
 */
public record UpstreamCondition(
        Optional<Past<String>> tripped,
        Optional<Duration> closedAgain,
        Optional<Duration> verdict,
        Optional<Past<FallbackReason>> failure,
        List<Past<ProbeResult>> probes) {
    /** Of an upstream that nothing is known of. */
    public static final UpstreamCondition UNKNOWN =
            new UpstreamCondition(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
}
