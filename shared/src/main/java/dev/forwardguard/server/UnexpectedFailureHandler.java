package dev.forwardguard.server;

import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.GuardPolicy;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;

import io.micronaut.context.annotation.Context;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.netty.handler.codec.http.HttpHeaders;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one place where bugs are handled: an auth request still gets the guard's {@linkplain
 * GuardPolicy#withoutRequest decision without a request}. One stack trace per period is logged,
 * because a bug on the request path would otherwise log as fast as requests arrive. The metric
 * counts all of them.
 */
@Context
public final class UnexpectedFailureHandler
        implements ExceptionHandler<Throwable, HttpResponse<?>> {
    private static final Logger LOG = LoggerFactory.getLogger(UnexpectedFailureHandler.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Ticker ticker;
    private final AtomicLong quietUntil;

    UnexpectedFailureHandler(Ticker ticker) {
        this.ticker = ticker;
        this.quietUntil = new AtomicLong(ticker.nanos());
    }

    /**
     * Decides about a request whose handling failed.
     *
     * @param policy of the request
     * @param headers the headers of the request
     */
    public Decision decide(GuardPolicy policy, HttpHeaders headers, @Nullable Throwable failure) {
        log(failure);
        return policy.withoutRequest(FallbackReason.INTERNAL_ERROR, 503, headers);
    }

    /** Answers failures in Micronaut, which sees no auth requests. */
    @Override
    @SuppressWarnings("rawtypes") // Micronaut's signature
    public HttpResponse<?> handle(HttpRequest request, Throwable failure) {
        log(failure);
        return HttpResponse.serverError();
    }

    /** Logs the first failure of each period. */
    void log(@Nullable Throwable failure) {
        long now = ticker.nanos();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + PERIOD_NANOS)) {
            LOG.error("Unexpected failure", failure);
        }
    }
}
