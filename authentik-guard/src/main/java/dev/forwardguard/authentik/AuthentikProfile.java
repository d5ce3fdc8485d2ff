package dev.forwardguard.authentik;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.Decision.Outcome;
import dev.forwardguard.forwardauth.Decision.Refuse;
import dev.forwardguard.forwardauth.GuardProfile;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.upstream.FallbackReason;
import dev.forwardguard.upstream.VerdictRule;

import jakarta.inject.Singleton;

import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;

/** What makes this guard the one in front of authentik. */
@Singleton
final class AuthentikProfile implements GuardProfile {
    private static final int OVERLOAD_RETRY_SECONDS = 5;

    private final LiveValue<AuthentikSettings> settings;

    AuthentikProfile(Clock clock) {
        settings = new LiveValue<>("settings", AuthentikSettings::parse, clock);
        settings.startWith(AuthentikSettings.DEFAULTS, "defaults");
    }

    /** The settings in force, with what only this guard knows. */
    AuthentikSettings all() {
        return settings.get().orElseThrow();
    }

    @Override
    public String name() {
        return "authentik-guard";
    }

    @Override
    public GuardSettings settings() {
        return all().guard();
    }

    @Override
    public LiveValue<?> liveSettings() {
        return settings;
    }

    /**
     * Whatever the outpost says counts, 400, 404 and 500 included: clients can provoke those with
     * odd {@code X-Forwarded-*}, and must not be able to switch single sign-on off. Only {@code
     * failure-statuses} do not count.
     */
    @Override
    public VerdictRule verdicts() {
        return new VerdictRule(status -> true);
    }

    @Override
    public Set<Outcome> outcomes() {
        return EnumSet.allOf(Outcome.class);
    }

    @Override
    public boolean guards(String path) {
        return all().guardedPaths().contains(path);
    }

    @Override
    public Decision lastResort(FallbackReason reason, int status) {
        return new Refuse(
                reason,
                status,
                reason == FallbackReason.OVERLOAD ? OVERLOAD_RETRY_SECONDS : 0,
                switch (reason) {
                    case BAD_REQUEST ->
                            "authentik-guard cannot read this request: it is malformed, or its headers are"
                                    + " larger than 256 KiB. Deleting the cookies of this site may help.\n";
                    case OVERLOAD ->
                            "authentik-guard has more to do than it can. Please try again in a few seconds.\n";
                    default -> "authentik-guard failed on this request. Its log says why.\n";
                });
    }
}
