package dev.forwardguard.botblock;

import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.settings.YamlSection;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * All settings of bot-block-guard in {@code guard.yml}.
 *
 * @param guard the settings that both guards have
 * @param path what the bot blocker is asked for, appended to the path prefix of its URL; as it is
 *     written there, with a query if it has one
 */
record BotBlockSettings(GuardSettings guard, String path) {
    /** Poison Fountain decides at this path only, and serves a tarpit at any other URI. */
    private static final String POISON_FOUNTAINS_PATH = "/auth";

    private static final URI POISON_FOUNTAIN =
            URI.create("http://poison-fountain.poison-fountain.svc.cluster.local:8080");

    /** Headers with visitors' secrets, none of which a bot blocker needs. */
    private static final HeaderNames SECRETS =
            HeaderNames.of(
                    "Cookie",
                    "Authorization",
                    "Proxy-Authorization",
                    "X-Forwarded-Tls-Client-Cert",
                    "X-Forwarded-Tls-Client-Cert-Info");

    static BotBlockSettings take(YamlSection root) {
        String path =
                root.section("upstream")
                        .value("path", POISON_FOUNTAINS_PATH, UpstreamSettings::target);
        return new BotBlockSettings(
                GuardSettings.take(root, Optional.empty(), defaults(path)), path);
    }

    /**
     * @param path what the bot blocker is asked for; the guard's own request, too
     */
    static GuardSettings defaults(String path) {
        return new GuardSettings(
                Mode.AUTO,
                UpstreamSettings.defaults(
                        POISON_FOUNTAIN, new ProbeSettings(path, Optional.empty(), Set.of())),
                BreakerSettings.DEFAULTS,
                SECRETS);
    }
}
