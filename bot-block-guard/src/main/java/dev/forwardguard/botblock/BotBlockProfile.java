package dev.forwardguard.botblock;

import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.GuardProfile;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.BreakerSettings;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.ProbeSettings;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.settings.YamlSection;

import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Singleton;

import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** The facts about bot-block-guard and its upstream, Poison Fountain. */
@Singleton
final class BotBlockProfile implements GuardProfile {
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

    private static final GuardSettings DEFAULTS =
            new GuardSettings(
                    Mode.AUTO,
                    UpstreamSettings.defaults(
                            POISON_FOUNTAIN,
                            new ProbeSettings(BotBlockGuard.PATH, Optional.empty(), Set.of())),
                    BreakerSettings.DEFAULTS,
                    SECRETS);

    private final LiveValue<GuardSettings> settings;

    BotBlockProfile(Clock clock) {
        settings = new LiveValue<>("settings", BotBlockProfile::parse, clock);
        settings.startWith(DEFAULTS, "defaults");
    }

    private static GuardSettings parse(byte[] document) {
        YamlSection root = YamlSection.parse(document);
        GuardSettings settings = GuardSettings.take(root, DEFAULTS);
        root.rejectOtherKeys();
        return settings;
    }

    @Override
    public String name() {
        return "bot-block-guard";
    }

    @Override
    public GuardSettings settings() {
        return settings.get().orElseThrow();
    }

    @Override
    public LiveValue<?> liveSettings() {
        return settings;
    }

    /**
     * The statuses that a bot blocker sends on purpose. Any other comes from a broken one or from a
     * wrong path.
     */
    @Override
    public VerdictRule verdicts() {
        return new VerdictRule(
                status -> status < 400 || status == 401 || status == 403 || status == 429);
    }

    @Override
    public Set<Outcome> outcomes() {
        return Set.of(Outcome.ALLOW);
    }

    @Override
    public boolean handles(String path) {
        return path.equals(BotBlockGuard.PATH);
    }

    /**
     * Only the upstream decides, so headers that are not forwarded are not needed. One of them may
     * hold the visitor's address.
     */
    @Override
    public HeaderNames unread() {
        GuardSettings now = settings();
        return now.dropRequestHeaders().without(now.clientAddress().header().headerName());
    }

    @Override
    public Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers) {
        return BotBlockGuard.failOpen(reason);
    }
}
