package dev.forwardguard.authentik;

import dev.forwardguard.authentik.pages.AcceptedMedia;
import dev.forwardguard.authentik.pages.PageRenderer;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.guard.Decision.Refuse;
import dev.forwardguard.guard.GuardProfile;
import dev.forwardguard.guard.Page;
import dev.forwardguard.guard.RequestId;
import dev.forwardguard.http1.HeaderNames;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.GuardSettings;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Singleton;

import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;

/** What makes this guard the one in front of authentik. */
@Singleton
public final class AuthentikProfile implements GuardProfile {
    private static final int OVERLOAD_RETRY_SECONDS = 5;

    private final LiveValue<AuthentikSettings> settings;

    public AuthentikProfile(Clock clock) {
        settings = new LiveValue<>("settings", AuthentikSettings::parse, clock);
        settings.startWith(AuthentikSettings.DEFAULTS, "defaults");
    }

    /** The settings in force, with what only this guard knows. */
    public AuthentikSettings all() {
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
    public boolean handles(String path) {
        return all().guardedPaths().contains(path);
    }

    /** Emergency Access looks at headers that the outpost may not see. */
    @Override
    public HeaderNames unread() {
        return HeaderNames.NONE;
    }

    @Override
    public Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers) {
        PageText kind =
                switch (reason) {
                    case BAD_REQUEST -> PageText.UNREADABLE;
                    case OVERLOAD -> PageText.OVERLOADED;
                    default -> PageText.INTERNAL_ERROR;
                };
        return new Refuse(
                reason,
                status,
                reason == FallbackReason.OVERLOAD ? OVERLOAD_RETRY_SECONDS : 0,
                page(kind, reason, headers, RequestId.of(headers)));
    }

    /** What somebody with these headers reads: HTML if he asks for it. */
    public Page page(PageText kind, FallbackReason reason, HttpHeaders headers, RequestId id) {
        boolean html = AcceptedMedia.of(headers.getAll(HttpHeaderNames.ACCEPT)).prefersHtml();
        PageRenderer form = html ? PageRenderer.HTML : PageRenderer.TEXT;
        return form.page(kind, reason, all().emergency().message(), id);
    }
}
