package dev.forwardguard.upstream;

import dev.forwardguard.outcome.FallbackReason;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What became of an upstream lately, for those who look at the guard.
 *
 * @param trip the last time that the circuit opened
 * @param verdict when the last request was answered with a verdict, to within a second
 * @param failures the last requests that were not
 * @param probes results of the last probes, the newest first, not more than 20
 */
public record UpstreamCondition(
        Optional<Trip> trip,
        Optional<Duration> verdict,
        Optional<Failures> failures,
        List<Past<ProbeResult>> probes) {
    /** Of an upstream that nothing is known of. */
    public static final UpstreamCondition UNKNOWN =
            new UpstreamCondition(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    /**
     * That the circuit opened. From half-open it does so again, but that is the same time.
     *
     * @param cause a fallback reason, or {@code suspect_answers}
     * @param opened how long ago
     * @param closed how long ago it closed again, if it did
     */
    public record Trip(String cause, Duration opened, Optional<Duration> closed) {}

    /**
     * Requests that failed in a row, with nothing answered in between.
     *
     * @param reason of the last one
     * @param first how long ago the first one ended
     * @param last how long ago the last one ended
     * @param answered how long ago a request or a probe was answered after them, if one was
     */
    public record Failures(
            FallbackReason reason, Duration first, Duration last, Optional<Duration> answered) {}

    /** The same where the circuit does not matter. */
    public UpstreamCondition withoutCircuit() {
        return new UpstreamCondition(Optional.empty(), verdict, failures, probes);
    }

    /** How long it has been down, as far as this guard knows; empty if it is not. */
    public Optional<Duration> down() {
        return Stream.concat(
                        trip.filter(last -> last.closed().isEmpty()).map(Trip::opened).stream(),
                        failures
                                .filter(last -> last.answered().isEmpty())
                                .map(Failures::first)
                                .stream())
                .max(Duration::compareTo);
    }
}
