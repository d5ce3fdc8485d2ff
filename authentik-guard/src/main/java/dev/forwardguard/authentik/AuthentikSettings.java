package dev.forwardguard.authentik;

import dev.forwardguard.authentik.emergency.EmergencySettings;
import dev.forwardguard.authentik.pages.Pages;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.settings.YamlSection;
import dev.forwardguard.verdict.VerdictSettings;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All settings of authentik-guard in {@code guard.yml}.
 *
 * @param guard the settings that both guards have
 * @param guardedPaths the outpost's paths for auth requests; all others below {@link #PREFIX} are
 *     passed through, except the guard's own
 * @param emergency Emergency Access
 * @param loginHealthUrl where to ask whether the login works; without it a redirect to the login is
 *     always relayed
 * @param verdicts for how long an allow is used again
 */
public record AuthentikSettings(
        GuardSettings guard,
        GuardedPaths guardedPaths,
        EmergencySettings emergency,
        Optional<URI> loginHealthUrl,
        VerdictSettings verdicts) {
    /** The path below which the outpost answers on every protected domain. */
    public static final String PREFIX = "/outpost.goauthentik.io/";

    private static final String TRAEFIK = PREFIX + "auth/traefik";

    private static final URI OUTPOST =
            URI.create(
                    "http://ak-outpost-authentik-embedded-outpost.authentik.svc.cluster.local:9000");

    static final AuthentikSettings DEFAULTS =
            new AuthentikSettings(
                    new GuardSettings(
                            Mode.AUTO,
                            UpstreamSettings.defaults(
                                    OUTPOST,
                                    new ProbeSettings(
                                            TRAEFIK, Optional.empty(), Set.of(400, 404, 500))),
                            BreakerSettings.DEFAULTS,
                            HeaderNames.NONE),
                    GuardedPaths.of(List.of(TRAEFIK, PREFIX + "auth/caddy")),
                    EmergencySettings.DEFAULTS,
                    Optional.empty(),
                    VerdictSettings.off("authentik_proxy"));

    /** The pages with the operator's message and link. */
    public Pages pages() {
        return new Pages(emergency.message(), emergency.helpUrl());
    }

    /**
     * Takes all of {@code guard.yml}.
     *
     * @param form the default of {@code emergency.form}
     */
    static AuthentikSettings take(YamlSection root, boolean form) {
        YamlSection emergency = root.section("emergency");
        return new AuthentikSettings(
                GuardSettings.take(root, Optional.of(emergency), DEFAULTS.guard),
                root.texts("guarded-paths", DEFAULTS.guardedPaths, GuardedPaths::of),
                EmergencySettings.take(emergency, form),
                root.section("upstream")
                        .value(
                                "login-health-url",
                                DEFAULTS.loginHealthUrl,
                                text -> Optional.of(GuardSettings.httpUrl(text))),
                VerdictSettings.take(root.section("verdicts"), DEFAULTS.verdicts));
    }
}
