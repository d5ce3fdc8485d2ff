package dev.forwardguard.settings;

import dev.forwardguard.http1.HeaderNames;

import java.net.URI;
import java.time.Duration;

/**
 * What {@code guard.yml} says to both guards, complete and valid.
 *
 * @param mode whether to ask and whether to fall back
 * @param upstream where and how long to ask
 * @param breaker when not to ask
 * @param dropRequestHeaders names of request headers that stay in the guard although they are
 *     end-to-end
 * @param drainDelay how long to go on serving newcomers when the guard is to end; longer than
 *     balancers take to hear of it
 */
public record GuardSettings(
        Mode mode,
        UpstreamSettings upstream,
        BreakerSettings breaker,
        HeaderNames dropRequestHeaders,
        Duration drainDelay) {
    private static final Duration LONGEST_DRAIN_DELAY = Duration.ofSeconds(20);
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofSeconds(25);

    /** The settings of a guard that leaves as it usually does. */
    public GuardSettings(
            Mode mode,
            UpstreamSettings upstream,
            BreakerSettings breaker,
            HeaderNames dropRequestHeaders) {
        this(mode, upstream, breaker, dropRequestHeaders, Duration.ofSeconds(5));
    }

    /**
     * Takes the keys that both guards know out of a document: one that is absent keeps its default.
     * What is left after the guard has taken its own keys is to be refused with {@link
     * YamlSection#rejectOtherKeys}.
     *
     * @throws InvalidSettingsException naming the line and the key of the first mistake
     */
    public static GuardSettings take(YamlSection root, GuardSettings defaults) {
        return new GuardSettings(
                root.choice("mode", Mode.class, defaults.mode),
                upstream(root.section("upstream"), defaults.upstream),
                BreakerSettings.take(root.section("breaker")),
                root.texts("drop-request-headers", defaults.dropRequestHeaders, HeaderNames::of),
                root.duration(
                        "drain-delay", defaults.drainDelay, Duration.ZERO, LONGEST_DRAIN_DELAY));
    }

    private static UpstreamSettings upstream(YamlSection section, UpstreamSettings defaults) {
        var settings =
                new UpstreamSettings(
                        section.value("url", defaults.url(), GuardSettings::httpUrl),
                        section.duration(
                                "connect-timeout", defaults.connectTimeout(), SHORTEST, LONGEST),
                        section.duration("read-timeout", defaults.readTimeout(), SHORTEST, LONGEST),
                        section.duration("deadline", defaults.deadline(), SHORTEST, LONGEST),
                        section.integer("max-concurrent", defaults.maxConcurrent(), 1, 10_000),
                        section.integers("failure-statuses", defaults.failureStatuses(), 200, 599),
                        ProbeSettings.take(section, defaults.probe()));
        section.rejectOtherKeys();
        return settings;
    }

    private static URI httpUrl(String text) {
        URI url = URI.create(text);
        if (!"http".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException("must look like http://host:port");
        }
        if (url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw new IllegalArgumentException("must have no user, query or fragment");
        }
        if (url.getPort() == 0 || url.getPort() > 65535) {
            throw new IllegalArgumentException("must have a port from 1 to 65535");
        }
        return url;
    }

    /** As Java would, but quicker: see the package. */
    @Override
    public String toString() {
        return "GuardSettings[mode="
                + mode
                + ", upstream="
                + upstream
                + ", breaker="
                + breaker
                + ", dropRequestHeaders="
                + dropRequestHeaders
                + ", drainDelay="
                + drainDelay
                + "]";
    }
}
