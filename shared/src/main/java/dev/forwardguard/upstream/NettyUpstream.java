package dev.forwardguard.upstream;

import static dev.forwardguard.upstream.FallbackReason.BAD_STATUS;
import static dev.forwardguard.upstream.FallbackReason.FORCED;
import static dev.forwardguard.upstream.FallbackReason.OVERLOAD;

import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.UpstreamOutcome.Abandoned;
import dev.forwardguard.upstream.UpstreamOutcome.Answered;
import dev.forwardguard.upstream.UpstreamOutcome.Unavailable;

import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The upstream of a guard, asked over pooled connections on the event loop of whoever asks. */
public final class NettyUpstream implements Upstream {
    private final Supplier<GuardSettings> settings;
    private final VerdictRule verdicts;
    private final Ticker ticker;
    private final Timer duration;
    private final Connector connector = new Connector();
    private final ConcurrentMap<EventLoop, ConnectionPool> pools = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable UpstreamAddress address;

    /**
     * @param settings read anew for each question
     * @param duration records how long each question took that came to an outcome
     */
    public NettyUpstream(
            Supplier<GuardSettings> settings, VerdictRule verdicts, Ticker ticker, Timer duration) {
        this.settings = settings;
        this.verdicts = verdicts;
        this.ticker = ticker;
        this.duration = duration;
    }

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamQuestion question) {
        GuardSettings now = settings.get();
        if (now.mode() == Mode.FALLBACK) {
            return unavailable(FORCED);
        }
        if (underWay.incrementAndGet() > now.upstream().maxConcurrent()) {
            underWay.decrementAndGet();
            return unavailable(OVERLOAD);
        }
        long startedAt = ticker.nanos();
        return exchange(question, now.upstream())
                .whenComplete((outcome, failure) -> ended(outcome, startedAt));
    }

    private CompletableFuture<UpstreamOutcome> exchange(
            UpstreamQuestion question, UpstreamSettings now) {
        EventLoop loop = question.asker().eventLoop();
        var exchange =
                new Exchange(
                        question,
                        now,
                        addressOf(now),
                        pools.computeIfAbsent(loop, any -> new ConnectionPool(ticker)),
                        connector,
                        ticker,
                        response -> classify(response, now));
        if (loop.inEventLoop()) {
            exchange.start();
        } else {
            try {
                loop.execute(exchange::start);
            } catch (RejectedExecutionException shuttingDown) {
                exchange.outcome().completeExceptionally(shuttingDown);
            }
        }
        return exchange.outcome();
    }

    private void ended(@Nullable UpstreamOutcome outcome, long startedAt) {
        underWay.decrementAndGet();
        if (!(outcome instanceof Abandoned)) {
            duration.record(ticker.nanos() - startedAt, TimeUnit.NANOSECONDS);
        }
    }

    private UpstreamOutcome classify(UpstreamResponse response, UpstreamSettings now) {
        boolean verdict =
                verdicts.isVerdict(response.status())
                        && !now.failureStatuses().contains(response.status().code());
        return verdict ? new Answered(response) : new Unavailable(BAD_STATUS);
    }

    private UpstreamAddress addressOf(UpstreamSettings now) {
        UpstreamAddress current = address;
        if (current == null || !current.leadsTo(now.host(), now.port())) {
            current = new UpstreamAddress(now.host(), now.port(), ticker);
            address = current;
        }
        return current;
    }

    private static CompletionStage<UpstreamOutcome> unavailable(FallbackReason reason) {
        return CompletableFuture.completedFuture(new Unavailable(reason));
    }
}
