package dev.forwardguard.authentik;

import dev.forwardguard.authentik.emergency.BasicAuthFallback;
import dev.forwardguard.authentik.emergency.EmergencyUsers;
import dev.forwardguard.authentik.pages.PageText;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.http1.OutgoingHeaders;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamRequest;

import io.micronaut.context.annotation.Context;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Decides auth requests at the guarded paths; the rest of the outpost is passed through. */
@Context // a bean that cannot be created stops the start, not the first request
final class AuthentikGuard implements Guard {
    private final AuthentikProfile profile;
    private final Upstream upstream;
    private final BasicAuthFallback fallback;
    private final EmergencyUsers users;

    AuthentikGuard(
            AuthentikProfile profile,
            Upstream upstream,
            BasicAuthFallback fallback,
            EmergencyUsers users) {
        this.profile = profile;
        this.upstream = upstream;
        this.fallback = fallback;
        this.users = users;
    }

    @Override
    public CompletionStage<Decision> decide(AuthRequest request) {
        GuardSettings now = profile.settings();
        var authorization = ClientAuthorization.of(request.headers(), users);
        OutgoingHeaders headers =
                HeaderSelection.forUpstream(request.headers(), now.dropRequestHeaders());
        var upstreamRequest =
                new UpstreamRequest(
                        request.path() + request.query(),
                        authorization.strip(headers),
                        now.clientAddress()
                                .resolveVisitor(
                                        request.headers(), request.connection().remoteAddress()),
                        request.connection());
        return upstream.ask(upstreamRequest)
                .thenCompose(outcome -> decide(outcome, request, authorization, now.mode()));
    }

    private CompletionStage<Decision> decide(
            UpstreamOutcome outcome,
            AuthRequest request,
            ClientAuthorization authorization,
            Mode mode) {
        return switch (outcome) {
            case Answered(var verdict) ->
                    CompletableFuture.completedFuture(new Relay(authorization.echo(verdict)));
            case Unavailable(var reason) when mode == Mode.UPSTREAM ->
                    CompletableFuture.completedFuture(fail(reason, request));
            case Unavailable(var reason) -> fallback.decide(reason, request);
            case UpstreamOutcome.Cancelled() ->
                    CompletableFuture.completedFuture(new Decision.Cancelled());
        };
    }

    private Decision fail(FallbackReason reason, AuthRequest request) {
        return new Fail(
                reason,
                profile.page(
                        PageText.OUTPOST_UNAVAILABLE, reason, request.headers(), request.id()));
    }
}
