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

/** What distinguishes the guard in front of authentik from the other guard. */
@Singleton
public final class AuthentikProfile implements GuardProfile {
    private static final int OVERLOAD_RETRY_SECONDS = 5;

    private final LiveValue<AuthentikSettings> settings;

    public AuthentikProfile(Clock clock) {
        settings = new LiveValue<>("settings", AuthentikSettings::parse, clock);
        settings.startWith(AuthentikSettings.DEFAULTS, "defaults");
    }

    /** The settings in force, including those that only this guard has. */
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
     * Every status of the outpost is a verdict, 400, 404 and 500 included: clients can provoke
     * those with odd {@code X-Forwarded-*}, and must not be able to switch single sign-on off. Only
     * {@code failure-statuses} are not.
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

    /** Emergency Access reads headers that the outpost may not see. */
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

    /** The page for a client with these request headers: HTML if it prefers that, or else text. */
    public Page page(PageText kind, FallbackReason reason, HttpHeaders headers, RequestId id) {
        boolean html = AcceptedMedia.of(headers.getAll(HttpHeaderNames.ACCEPT)).prefersHtml();
        PageRenderer form = html ? PageRenderer.HTML : PageRenderer.TEXT;
        return form.page(kind, reason, all().emergency().message(), id);
    }
}
