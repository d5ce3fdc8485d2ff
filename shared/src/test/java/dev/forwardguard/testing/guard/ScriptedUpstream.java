package dev.forwardguard.testing.guard;

import dev.forwardguard.upstream.FallbackReason;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamOutcome;
import dev.forwardguard.upstream.UpstreamOutcome.Unavailable;
import dev.forwardguard.upstream.UpstreamQuestion;

import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;

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
    static final String PROPERTY = "test.scripted-upstream";

    private volatile Upstream script = _ -> CompletableFuture.failedFuture(new AssertionError());

    /** From now on, questions are answered by this. */
    public void plays(Upstream next) {
        script = next;
    }

    /** From now on, there is no verdict. */
    public void isUnavailable(FallbackReason reason) {
        plays(_ -> CompletableFuture.completedFuture(new Unavailable(reason)));
    }

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamQuestion question) {
        return script.ask(question);
    }
}
