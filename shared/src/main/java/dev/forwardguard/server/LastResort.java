package dev.forwardguard.server;

import dev.forwardguard.forwardauth.GuardProfile;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.FallbackReason;

import io.micronaut.context.annotation.Context;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.netty.NettyHttpHeaders;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The one place where a bug ends: a question still gets the guard's last resort. One stack trace
 * per period is logged, because a bug on the request path would otherwise log as fast as requests
 * come; the metric counts them all.
 */
@Context
public final class LastResort implements ExceptionHandler<Throwable, HttpResponse<?>> {
    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final GuardProfile profile;
    private final DecisionWriter writer;
    private final Ticker ticker;
    private final AtomicLong quietUntil;

    LastResort(GuardProfile profile, DecisionWriter writer, Ticker ticker) {
        this.profile = profile;
        this.writer = writer;
        this.ticker = ticker;
        this.quietUntil = new AtomicLong(ticker.nanos());
    }

    /**
     * Answers, whatever happens in the answering. Not left to Micronaut, which makes a response of
     * some exceptions: of an {@code HttpStatusException} that says 200, it makes an allow.
     */
    public CompletionStage<MutableHttpResponse<?>> ifFails(
            HttpRequest<?> request, Supplier<CompletionStage<MutableHttpResponse<?>>> answering) {
        try {
            return answering.get().exceptionally(failure -> answer(request, failure));
        } catch (Throwable failure) {
            return CompletableFuture.completedFuture(answer(request, failure));
        }
    }

    /** For what goes wrong around a question, where Micronaut has no better idea. */
    @Override
    @SuppressWarnings("rawtypes") // Micronaut's signature
    public HttpResponse<?> handle(HttpRequest request, Throwable failure) {
        if (profile.guards(request.getPath())) {
            return answer(request, failure);
        }
        logNowAndThen(failure);
        return HttpResponse.serverError();
    }

    private MutableHttpResponse<?> answer(HttpRequest<?> request, Throwable failure) {
        logNowAndThen(failure);
        return writer.write(
                profile.lastResort(FallbackReason.INTERNAL_ERROR, 503, headers(request)));
    }

    private static HttpHeaders headers(HttpRequest<?> request) {
        return request.getHeaders() instanceof NettyHttpHeaders netty
                ? netty.getNettyHeaders()
                : EmptyHttpHeaders.INSTANCE;
    }

    private void logNowAndThen(Throwable failure) {
        long now = ticker.nanos();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + PERIOD_NANOS)) {
            LOG.error("Unexpected failure", failure);
        }
    }
}
