package dev.forwardguard.testing.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.UpstreamResponse;
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
 * An upstream without a network, in place of the guard's own: for what a network cannot be made to
 * do, and for all reasons alike. See {@link RunningGuard#scripted}.
 */
@Singleton
@Replaces(Upstream.class)
@Requires(property = ScriptedUpstream.PROPERTY)
public final class ScriptedUpstream implements Upstream {
    /** Set it to have one. */
    public static final String PROPERTY = "test.scripted-upstream";

    private volatile Upstream script = _ -> CompletableFuture.failedFuture(new AssertionError());

    /** From now on, questions are answered by this. */
    public void plays(Upstream next) {
        script = next;
    }

    /** From now on, there is no verdict. */
    public void isUnavailable(FallbackReason reason) {
        plays(_ -> CompletableFuture.completedFuture(new Unavailable(reason)));
    }

    /** From now on, this is the verdict. */
    public void decides(int status, String body) {
        plays(
                _ ->
                        CompletableFuture.completedFuture(
                                new Answered(
                                        new UpstreamResponse(
                                                HttpResponseStatus.valueOf(status),
                                                new DefaultHttpHeaders(),
                                                body.getBytes(ISO_8859_1)))));
    }

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamRequest request) {
        return script.ask(request);
    }
}
