package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamRequest;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

import jakarta.inject.Singleton;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An upstream without a network that replaces the guard's own. It is for cases that a network
 * cannot be made to produce, and for producing all reasons in the same way. See {@link
 * RunningGuard#scripted}.
 */
@Singleton
@Replaces(Upstream.class)
@Requires(property = ScriptedUpstream.PROPERTY)
public final class ScriptedUpstream implements Upstream {
    /** The property that enables it. */
    public static final String PROPERTY = "test.scripted-upstream";

    private volatile Upstream script =
            (_, _) -> CompletableFuture.failedFuture(new AssertionError());

    /** Answers all further requests with this upstream. */
    public void plays(Upstream next) {
        script = next;
    }

    /** Gives no verdict to all further requests, for this reason. */
    public void isUnavailable(FallbackReason reason) {
        plays((_, _) -> CompletableFuture.completedFuture(new Unavailable(reason)));
    }

    /** Gives this verdict to all further requests. */
    public void decides(int status, String body) {
        plays(
                (_, _) ->
                        CompletableFuture.completedFuture(
                                new Answered(
                                        new UpstreamResponse(
                                                HttpResponseStatus.valueOf(status),
                                                new DefaultHttpHeaders(),
                                                body.getBytes(ISO_8859_1)))));
    }

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamRequest request, GuardSettings settings) {
        return script.ask(request, settings);
    }
}
