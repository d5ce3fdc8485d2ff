package dev.forwardguard.botblock;

import dev.forwardguard.forwardauth.Decision;
import dev.forwardguard.forwardauth.Decision.Allow;
import dev.forwardguard.forwardauth.Decision.Fail;
import dev.forwardguard.forwardauth.Decision.Relay;
import dev.forwardguard.forwardauth.Decision.Unheard;
import dev.forwardguard.forwardauth.ForwardAuthRequest;
import dev.forwardguard.forwardauth.HeaderSelection;
import dev.forwardguard.forwardauth.Page;
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

import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The whole of bot-block-guard. A filter and not a controller, because Traefik sends whatever
 * method the visitor used when {@code preserveRequestMethod} is set, and PROPFIND is as much a
 * question as GET.
 */
@Context // what cannot be built stops the start, not the first request
@ServerFilter(BotBlockGuard.PATH)
final class BotBlockGuard {
    /**
     * Poison Fountain judges at this path alone and without a query; at any other URI it serves a
     * tarpit.
     */
    static final String PATH = "/auth";

    private final Upstream upstream;
    private final BotBlockProfile profile;
    private final DecisionWriter writer;
    private final LastResort lastResort;

    BotBlockGuard(
            Upstream upstream,
            BotBlockProfile profile,
            DecisionWriter writer,
            LastResort lastResort) {
        this.upstream = upstream;
        this.profile = profile;
        this.writer = writer;
        this.lastResort = lastResort;
    }

    @RequestFilter
    CompletionStage<MutableHttpResponse<?>> answer(HttpRequest<?> request) {
        return lastResort.ifFails(request, () -> ask(request));
    }

    private CompletionStage<MutableHttpResponse<?>> ask(HttpRequest<?> request) {
        GuardSettings now = profile.settings();
        ForwardAuthRequest asked = ForwardAuthRequest.of(request);
        var question =
                new UpstreamQuestion(
                        PATH,
                        HeaderSelection.forUpstream(asked.headers(), now.dropRequestHeaders()),
                        asked.connection());
        return upstream.ask(question)
                .thenApply(outcome -> writer.write(decide(outcome, now.mode())));
    }

    private static Decision decide(UpstreamOutcome outcome, Mode mode) {
        return switch (outcome) {
            case Answered(var verdict) -> new Relay(verdict);
            case Unavailable(var reason) when mode == Mode.UPSTREAM -> fail(reason);
            case Unavailable(var reason) -> failOpen(reason);
            case Abandoned() -> new Unheard();
        };
    }

    private static Decision fail(FallbackReason reason) {
        return new Fail(
                reason, Page.text("No answer from the bot blocker (" + reason.label() + ").\n"));
    }

    /** Allow line no. 1: without a verdict every visitor passes. */
    static Decision failOpen(FallbackReason reason) {
        return new Allow(reason, Map.of());
    }
}
