package dev.forwardguard.settings;

import java.time.Duration;

/**
 * Section {@code breaker} of {@code guard.yml}: when the upstream counts as down, and how the guard
 * detects its recovery.
 *
 * @param consecutiveFailures the number of failures in a row that opens the circuit, if a probe
 *     fails as well
 * @param failureRate the percentage of failures in the window that opens the circuit, likewise
 * @param minimumCalls the failure rate is ignored while the window has fewer calls than this
 * @param window how long a call counts for the failure rate
 * @param probeInterval the time from the opening of the circuit to the first probe
 * @param probeMaxInterval the maximum of the interval, which doubles with each failed probe
 * @param trials the number of calls and probes that must be answered before a half-open circuit
 *     closes; also the maximum number of calls at once until then
 */
public record BreakerSettings(
        int consecutiveFailures,
        int failureRate,
        int minimumCalls,
        Duration window,
        Duration probeInterval,
        Duration probeMaxInterval,
        int trials) {
    public static final BreakerSettings DEFAULTS =
            new BreakerSettings(
                    5,
                    50,
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    3);

    private static final int MANY = 1_000_000;

    static BreakerSettings take(YamlSection section) {
        Duration interval =
                section.duration(
                        "probe-interval",
                        DEFAULTS.probeInterval,
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1));
        boolean isLong = interval.compareTo(DEFAULTS.probeMaxInterval) > 0;
        return new BreakerSettings(
                section.integer("consecutive-failures", DEFAULTS.consecutiveFailures, 1, MANY),
                section.integer("failure-rate", DEFAULTS.failureRate, 1, 100),
                section.integer("minimum-calls", DEFAULTS.minimumCalls, 1, MANY),
                section.duration(
                        "window", DEFAULTS.window, Duration.ofSeconds(1), Duration.ofMinutes(5)),
                interval,
                section.duration(
                        "probe-max-interval",
                        isLong ? interval : DEFAULTS.probeMaxInterval,
                        interval,
                        Duration.ofMinutes(5)),
                section.integer("trials", DEFAULTS.trials, 1, 100));
    }
}
