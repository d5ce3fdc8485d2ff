package dev.forwardguard.authentik;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.Decision.Fail;
import dev.forwardguard.forwardauth.Decision.Relay;
import dev.forwardguard.forwardauth.Decision.Unheard;
import dev.forwardguard.forwardauth.ForwardAuthRequest;
import dev.forwardguard.forwardauth.HeaderSelection;
import dev.forwardguard.server.DecisionWriter;
import dev.forwardguard.server.LastResort;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.upstream.FallbackReason;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamOutcome;
import dev.forwardguard.upstream.UpstreamOutcome.Abandoned;
import dev.forwardguard.upstream.UpstreamOutcome.Answered;
import dev.forwardguard.upstream.UpstreamOutcome.Unavailable;
import dev.forwardguard.upstream.UpstreamQuestion;

import io.micronaut.context.annotation.Context;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The whole of authentik-guard: questions at the guarded paths are decided, everything else of the
 * outpost is passed through. A filter and not a controller, because every method is answered, also
 * one that nobody has heard of.
 */
@Context // what cannot be built stops the start, not the first request
@ServerFilter(AuthentikSettings.PREFIX + "**")
final class AuthentikGuard {
    private final AuthentikProfile profile;
    private final Upstream upstream;
    private final BasicAuthFallback fallback;
    private final PassThrough passThrough;
    private final EmergencyUsers users;
    private final DecisionWriter writer;
    private final LastResort lastResort;

    AuthentikGuard(
            AuthentikProfile profile,
            Upstream upstream,
            BasicAuthFallback fallback,
            PassThrough passThrough,
            EmergencyUsers users,
            DecisionWriter writer,
            LastResort lastResort) {
        this.profile = profile;
        this.upstream = upstream;
        this.fallback = fallback;
        this.passThrough = passThrough;
        this.users = users;
        this.writer = writer;
        this.lastResort = lastResort;
    }

    @RequestFilter
    CompletionStage<MutableHttpResponse<?>> answer(HttpRequest<?> request) {
        return lastResort.ifFails(request, () -> ask(request));
    }

    private CompletionStage<MutableHttpResponse<?>> ask(HttpRequest<?> request) {
        ForwardAuthRequest asked = ForwardAuthRequest.of(request);
        GuardSettings now = profile.settings();
        var authorization = ClientAuthorization.of(asked.headers(), users);
        if (!profile.guards(asked.path())) {
            return passThrough.stream(request, authorization, now);
        }
        HttpHeaders headers =
                HeaderSelection.forUpstream(asked.headers(), now.dropRequestHeaders());
        authorization.strip(headers);
        var question =
                new UpstreamQuestion(asked.path() + asked.query(), headers, asked.connection());
        return upstream.ask(question)
                .thenCompose(outcome -> decide(outcome, asked, authorization, now.mode()))
                .thenApply(writer::write);
    }

    private CompletionStage<Decision> decide(
            UpstreamOutcome outcome,
            ForwardAuthRequest asked,
            ClientAuthorization authorization,
            Mode mode) {
        return switch (outcome) {
            case Answered(var verdict) -> {
                authorization.echo(verdict);
                yield CompletableFuture.completedFuture(new Relay(verdict));
            }
            case Unavailable(var reason) when mode == Mode.UPSTREAM ->
                    CompletableFuture.completedFuture(fail(reason, asked));
            case Unavailable(var reason) -> fallback.decide(reason, asked);
            case Abandoned() -> CompletableFuture.completedFuture(new Unheard());
        };
    }

    private Decision fail(FallbackReason reason, ForwardAuthRequest asked) {
        return new Fail(
                reason,
                profile.page(PageKind.OUTPOST_UNAVAILABLE, reason, asked.headers(), asked.id()));
    }
}
