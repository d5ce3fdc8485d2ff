package dev.forwardguard.settings;

import java.time.Duration;

/**
 * Section {@code breaker} of {@code guard.yml}: when the upstream counts as down, and how its
 * recovery is looked for.
 *
 * @param consecutiveFailures so many failures in a row open the circuit
 * @param failureRate percentage of failures among the latest questions that opens the circuit
 * @param minimumCalls fewer questions than this in the window say nothing about the rate
 * @param window how long a question counts as one of the latest
 * @param probeInterval how long after the circuit opened the first probe is sent
 * @param probeMaxInterval the interval doubles with each failed probe up to this
 * @param trials how many questions have to succeed before the circuit closes; also how many are
 *     asked at most until then
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
        var settings =
                new BreakerSettings(
                        section.integer(
                                "consecutive-failures", DEFAULTS.consecutiveFailures, 1, MANY),
                        section.integer("failure-rate", DEFAULTS.failureRate, 1, 100),
                        section.integer("minimum-calls", DEFAULTS.minimumCalls, 1, MANY),
                        section.duration(
                                "window",
                                DEFAULTS.window,
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(5)),
                        interval,
                        section.duration(
                                "probe-max-interval",
                                isLong ? interval : DEFAULTS.probeMaxInterval,
                                interval,
                                Duration.ofMinutes(5)),
                        section.integer("trials", DEFAULTS.trials, 1, 100));
        section.rejectOtherKeys();
        return settings;
    }

    /** As Java would, but quicker: see the package. */
    @Override
    public String toString() {
        return "BreakerSettings[consecutiveFailures="
                + consecutiveFailures
                + ", failureRate="
                + failureRate
                + ", minimumCalls="
                + minimumCalls
                + ", window="
                + window
                + ", probeInterval="
                + probeInterval
                + ", probeMaxInterval="
                + probeMaxInterval
                + ", trials="
                + trials
                + "]";
    }
}
