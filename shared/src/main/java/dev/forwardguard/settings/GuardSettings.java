package dev.forwardguard.settings;

import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.http1.HeaderNames;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings in {@code guard.yml} that both guards have, complete and valid.
 *
 * @param mode whether to ask the upstream and whether to fall back
 * @param upstream where the upstream is, and the timeouts and limits of a request to it
 * @param breaker when not to ask the upstream
 * @param dropRequestHeaders names of end-to-end request headers that are not forwarded to the
 *     upstream
 * @param drainDelay how long to keep accepting new connections while draining; longer than load
 *     balancers take to notice
 * @param clientAddress how to find the address of the visitor
 * @param relayedCookies which cookies of an allow go back to the gateway
 */
public record GuardSettings(
        Mode mode,
        UpstreamSettings upstream,
        BreakerSettings breaker,
        HeaderNames dropRequestHeaders,
        Duration drainDelay,
        ClientAddressResolver clientAddress,
        RelayedCookies relayedCookies) {
    private static final Duration LONGEST_DRAIN_DELAY = Duration.ofSeconds(20);
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofSeconds(25);

    /**
     * Settings with the default drain delay of 5 s, the default way to the address, and no relayed
     * cookies.
     */
    public GuardSettings(
            Mode mode,
            UpstreamSettings upstream,
            BreakerSettings breaker,
            HeaderNames dropRequestHeaders) {
        this(
                mode,
                upstream,
                breaker,
                dropRequestHeaders,
                Duration.ofSeconds(5),
                ClientAddressResolver.DEFAULT,
                RelayedCookies.NONE);
    }

    /**
     * Takes the keys of both guards out of a document. An absent key keeps its default.
     *
     * @param formerPlace the section in which {@code client-address} and {@code trusted-proxies}
     *     are found, too, because they used to be there
     * @throws InvalidSettingsException with the line and the key of the first mistake
     */
    public static GuardSettings take(
            YamlSection root, Optional<YamlSection> formerPlace, GuardSettings defaults) {
        return new GuardSettings(
                root.choice("mode", Mode.class, defaults.mode),
                upstream(root.section("upstream"), defaults.upstream),
                BreakerSettings.take(root.section("breaker")),
                root.texts("drop-request-headers", defaults.dropRequestHeaders, HeaderNames::of),
                root.duration(
                        "drain-delay", defaults.drainDelay, Duration.ZERO, LONGEST_DRAIN_DELAY),
                ClientAddressSettings.take(root, formerPlace, defaults.clientAddress),
                new RelayedCookies(
                        root.texts(
                                "relay-cookies",
                                defaults.relayedCookies.names(),
                                RelayedCookies::valid)));
    }

    private static UpstreamSettings upstream(YamlSection section, UpstreamSettings defaults) {
        return new UpstreamSettings(
                section.value("url", defaults.url(), GuardSettings::httpUrl),
                section.duration("connect-timeout", defaults.connectTimeout(), SHORTEST, LONGEST),
                section.duration("read-timeout", defaults.readTimeout(), SHORTEST, LONGEST),
                section.duration("deadline", defaults.deadline(), SHORTEST, LONGEST),
                section.integer("max-concurrent", defaults.maxConcurrent(), 1, 10_000),
                section.integers("failure-statuses", defaults.failureStatuses(), 200, 599),
                ProbeSettings.take(section, defaults.probe()));
    }

    /**
     * Parses the URL of a server in the cluster: plain {@code http}, optionally with a path.
     *
     * @throws IllegalArgumentException if it is anything else; the message continues the key's name
     */
    public static URI httpUrl(String text) {
        URI url = URI.create(text);
        if (!"http".equals(url.getScheme()) || url.getRawAuthority() == null) {
            throw new IllegalArgumentException("must look like http://host:port");
        }
        if (url.getRawAuthority().indexOf('@') >= 0
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw new IllegalArgumentException("must have no user, query or fragment");
        }
        int port = ServerAddress.of(url).port();
        if (port == 0 || port > 65535) {
            throw new IllegalArgumentException("must have a port from 1 to 65535");
        }
        return url;
    }
}
