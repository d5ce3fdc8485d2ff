package dev.forwardguard.botblock;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.GuardSpec;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;

import io.micronaut.context.annotation.Factory;

import jakarta.inject.Singleton;

import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The facts about bot-block-guard and its upstream, Poison Fountain, and its settings. */
@Factory
final class BotBlockBeans {
    /**
     * The statuses that a bot blocker sends on purpose are verdicts. Any other comes from a broken
     * one or from a wrong path.
     */
    static final GuardSpec SPEC =
            new GuardSpec(
                    "bot-block-guard",
                    new VerdictRule(
                            status ->
                                    status < 400
                                            || status == 401
                                            || status == 403
                                            || status == 429),
                    Set.of(Outcome.ALLOW));

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

    static final GuardSettings DEFAULTS =
            new GuardSettings(
                    Mode.AUTO,
                    UpstreamSettings.defaults(
                            POISON_FOUNTAIN,
                            new ProbeSettings(BotBlockGuard.PATH, Optional.empty(), Set.of())),
                    BreakerSettings.DEFAULTS,
                    SECRETS);

    @Singleton
    GuardSpec spec() {
        return SPEC;
    }

    @Singleton
    LiveSettings<GuardSettings> settings(Clock clock) {
        return new LiveSettings<>(
                root -> GuardSettings.take(root, Optional.empty(), DEFAULTS),
                Function.identity(),
                clock);
    }
}
