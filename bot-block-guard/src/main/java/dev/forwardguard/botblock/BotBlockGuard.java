package dev.forwardguard.botblock;

import dev.forwardguard.client.ForwardedProto;
import dev.forwardguard.forwarded.ForwardedHeaders;
import dev.forwardguard.guard.AuthRequest;
import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Relay;
import dev.forwardguard.guard.Guard;
import dev.forwardguard.guard.GuardPolicy;
import dev.forwardguard.guard.HeaderSelection;
import dev.forwardguard.guard.Page;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.LiveSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamRequest;

import io.micronaut.context.annotation.Context;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The policy of bot-block-guard: relay the verdict, or fail open without one. */
@Context // created at the start, so that an error stops the start and not the first request
final class BotBlockGuard implements Guard {
    /** Where gateways ask. What the bot blocker is asked for is a setting. */
    private static final String PATH = "/auth";

    private final Upstream upstream;
    private final LiveSettings<BotBlockSettings> settings;
    private final ForwardedHeaders forwarded;

    BotBlockGuard(
            Upstream upstream,
            LiveSettings<BotBlockSettings> settings,
            ForwardedHeaders forwarded) {
        this.upstream = upstream;
        this.settings = settings;
        this.forwarded = forwarded;
    }

    @Override
    public GuardPolicy policy() {
        return new Policy(upstream, settings.now(), forwarded);
    }

    private record Policy(Upstream upstream, BotBlockSettings settings, ForwardedHeaders forwarded)
            implements GuardPolicy {
        @Override
        public boolean handles(String path) {
            return path.equals(PATH);
        }

        @Override
        public CompletionStage<Decision> decide(AuthRequest request) {
            GuardSettings now = settings.guard();
            var upstreamRequest =
                    new UpstreamRequest(
                            settings.path(),
                            HeaderSelection.forUpstream(
                                    request.headers(), now.dropRequestHeaders()),
                            () ->
                                    forwarded.visitorOf(
                                            request,
                                            now.clientAddress(),
                                            any -> ForwardedProto.isTls(any.headers())),
                            request.connection());
            return upstream.ask(upstreamRequest, now)
                    .thenApply(outcome -> BotBlockGuard.decide(outcome, now));
        }

        @Override
        public Decision withoutRequest(FallbackReason reason, int status, HttpHeaders headers) {
            return failOpen(reason);
        }
    }

    private static Decision decide(UpstreamOutcome outcome, GuardSettings now) {
        return switch (outcome) {
            case Answered(var verdict) ->
                    Relay.of(verdict, now.relayedCookies(), BotBlockGuard::refusedAtLength);
            case Unavailable(var reason) when now.mode() == Mode.UPSTREAM -> fail(reason);
            case Unavailable(var reason) -> failOpen(reason);
            case UpstreamOutcome.Cancelled() -> new Decision.Cancelled();
        };
    }

    private static Decision fail(FallbackReason reason) {
        return new Fail(
                reason, Page.text("No verdict from the bot blocker (" + reason.label() + ").\n"));
    }

    private static Page refusedAtLength() {
        return Page.text("Refused by the bot blocker.\n");
    }

    /** Allow line no. 1: without a verdict, every visitor passes. */
    static Decision failOpen(FallbackReason reason) {
        return new Allow(reason, Map.of());
    }
}
