package dev.forwardguard.upstream;

import static dev.forwardguard.outcome.FallbackReason.BAD_STATUS;
import static dev.forwardguard.outcome.FallbackReason.CIRCUIT_OPEN;
import static dev.forwardguard.outcome.FallbackReason.FORCED;
import static dev.forwardguard.outcome.FallbackReason.OVERLOAD;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.outcome.UpstreamOutcome;
import dev.forwardguard.outcome.UpstreamOutcome.Answered;
import dev.forwardguard.outcome.UpstreamOutcome.Cancelled;
import dev.forwardguard.outcome.UpstreamOutcome.Unavailable;
import dev.forwardguard.outcome.VerdictRule;
import dev.forwardguard.settings.GuardSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.breaker.CircuitState;
import dev.forwardguard.upstream.breaker.Permit;
import dev.forwardguard.upstream.connection.Connector;
import dev.forwardguard.upstream.connection.EventLoopState;
import dev.forwardguard.upstream.connection.HttpExchange;
import dev.forwardguard.upstream.connection.UpstreamResolver;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpStatusClass;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/**
 * The upstream of a guard, behind its mode, a concurrency limit and a circuit breaker. It is asked
 * over pooled connections on the caller's event loop.
 */
public final class ResilientUpstream implements Upstream {
    private static final Optional<Permit> ALWAYS = Optional.of(Permit.UNCOUNTED);

    private final Supplier<GuardSettings> settings;
    private final VerdictRule verdicts;
    private final EventLoopGroup loops;
    private final int loopCount;
    private final Ticker ticker;
    private final BooleanSupplier loginFailing;
    private final UpstreamMetrics meters;
    private final Connector connector = new Connector();
    private final ConcurrentMap<EventLoop, EventLoopState> shared = new ConcurrentHashMap<>();
    private final InFlight inFlight = new InFlight();
    private volatile @Nullable Route route;

    /**
     * @param settings in force, for what belongs to no request
     * @param loops where requests are sent, and where probes live
     * @param loginFailing a second witness besides the probes, asked when requests have failed:
     *     what is behind the upstream is known to be down
     */
    public ResilientUpstream(
            Supplier<GuardSettings> settings,
            VerdictRule verdicts,
            EventLoopGroup loops,
            Ticker ticker,
            BooleanSupplier loginFailing,
            UpstreamMetrics meters) {
        this.loginFailing = loginFailing;
        this.settings = settings;
        this.verdicts = verdicts;
        this.loops = loops;
        this.loopCount = (int) StreamSupport.stream(loops.spliterator(), false).count();
        this.ticker = ticker;
        this.meters = meters;
    }

    @Override
    public CompletionStage<UpstreamOutcome> ask(UpstreamRequest request, GuardSettings now) {
        if (now.mode() == Mode.FALLBACK) {
            return unavailable(FORCED);
        }
        Route taken = routeUnder(now); // first: an exception must not leak a place
        ClientAddress client = request.client().get();
        if (!inFlight.enter(client, now.upstream().maxConcurrent())) {
            return unavailable(OVERLOAD);
        }
        Optional<Permit> permit =
                now.mode() == Mode.UPSTREAM ? ALWAYS : taken.circuit().tryAcquire();
        if (permit.isEmpty()) {
            inFlight.leave(client);
            return unavailable(CIRCUIT_OPEN);
        }
        var call = new Call(taken, permit.get(), client);
        return exchange(
                        request,
                        now.upstream(),
                        taken.address(),
                        sharedBy(request.loop()),
                        call::slow)
                .handle(call::ended);
    }

    @Override
    public CircuitState circuit() {
        Route current = route;
        return current == null ? CircuitState.CLOSED : current.circuit().state();
    }

    @Override
    public ProbeEvidence probe() {
        Route current = route;
        return current == null ? ProbeEvidence.UNKNOWN : current.circuit().evidence();
    }

    @Override
    public UpstreamCondition condition() {
        Route current = route;
        return current == null
                ? UpstreamCondition.UNKNOWN
                : current.history().condition(current.circuit().trip());
    }

    @Override
    public ClientShares shares() {
        return inFlight.shares(settings.get().upstream().maxConcurrent());
    }

    private EventLoopState sharedBy(EventLoop loop) {
        return shared.computeIfAbsent(
                loop, any -> EventLoopState.on(any, connector, ticker, this::maxIdle));
    }

    private static CompletableFuture<UpstreamOutcome> exchange(
            UpstreamRequest request,
            UpstreamSettings now,
            UpstreamResolver address,
            EventLoopState shared,
            Runnable onSlow) {
        var exchange = new HttpExchange(request, now, address, shared, onSlow);
        EventLoop loop = request.loop();
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

    /**
     * The share of one event loop in the largest number of concurrent requests. With fewer
     * connections than gateways use at once, each burst would open some that are closed when it
     * ends.
     */
    private int maxIdle() {
        return Math.ceilDiv(settings.get().upstream().maxConcurrent(), loopCount);
    }

    /** A complete response need not be a verdict. */
    private UpstreamOutcome classify(UpstreamOutcome outcome, UpstreamSettings now) {
        if (outcome instanceof Answered(var response)) {
            boolean verdict =
                    verdicts.isVerdict(response.status())
                            && !now.failureStatuses().contains(response.status().code());
            return verdict ? outcome : new Unavailable(BAD_STATUS);
        }
        return outcome;
    }

    private Route routeUnder(GuardSettings now) {
        Route current = route;
        return current != null && current.isUnder(now) ? current : changeRoute(now);
    }

    /** Changes the route, but keeps what was learnt about an upstream that stays the same. */
    private synchronized Route changeRoute(GuardSettings now) {
        Route before = route;
        UpstreamSettings upstream = now.upstream();
        UpstreamResolver address;
        UpstreamHistory history;
        if (before != null && before.address().leadsTo(upstream.host(), upstream.port())) {
            address = before.address();
            history = before.history();
        } else {
            address = new UpstreamResolver(upstream.host(), upstream.port(), ticker);
            history = new UpstreamHistory(meters, ticker);
        }
        ProbedCircuit circuit;
        if (before != null && before.hasCircuitOf(now)) {
            circuit = before.circuit();
        } else {
            circuit = circuit(now, address, history);
            if (before != null) {
                before.circuit().retire();
            }
        }
        var changed = new Route(now, address, history, circuit);
        route = changed;
        return changed;
    }

    private ProbedCircuit circuit(
            GuardSettings now, UpstreamResolver address, UpstreamHistory history) {
        UpstreamSettings upstream = now.upstream();
        EventLoop loop = loops.next();
        EventLoopState keepsNothing = EventLoopState.on(loop, connector, ticker, () -> 0);
        var probe =
                new Probe(
                        upstream.probe(),
                        loop,
                        request ->
                                exchange(request, upstream, address, keepsNothing, () -> {})
                                        .thenApply(outcome -> classify(outcome, upstream)),
                        history);
        return new ProbedCircuit(
                upstream,
                now.breaker(),
                loop,
                probe,
                () -> settings.get().mode() != Mode.FALLBACK,
                loginFailing,
                history,
                ticker);
    }

    private static CompletionStage<UpstreamOutcome> unavailable(FallbackReason reason) {
        return CompletableFuture.completedFuture(new Unavailable(reason));
    }

    /** The way to the upstream under some settings. */
    private record Route(
            GuardSettings settings,
            UpstreamResolver address,
            UpstreamHistory history,
            ProbedCircuit circuit) {
        /**
         * Whether this route is the one for exactly these settings. Compares references, because
         * this check is made for each request and has to cost nothing.
         */
        @SuppressWarnings("ReferenceEquality")
        boolean isUnder(GuardSettings now) {
            return settings == now;
        }

        boolean hasCircuitOf(GuardSettings now) {
            return settings.upstream().equals(now.upstream())
                    && settings.breaker().equals(now.breaker());
        }
    }

    /** One request that counts, from its permit to its outcome. */
    private final class Call {
        private final Route taken;
        private final Permit permit;
        private final ClientAddress client;
        private final long startedAt = ticker.nanos();

        Call(Route taken, Permit permit, ClientAddress client) {
            this.taken = taken;
            this.permit = permit;
            this.client = client;
        }

        void slow() {
            taken.circuit().inDoubt(permit);
        }

        UpstreamOutcome ended(@Nullable UpstreamOutcome raw, @Nullable Throwable bug) {
            inFlight.leave(client);
            if (raw == null) {
                permit.cancelled();
                throw new CompletionException(bug);
            }
            UpstreamOutcome outcome = classify(raw, taken.settings().upstream());
            UpstreamHistory history = taken.history();
            long now = ticker.nanos();
            switch (outcome) {
                case Answered(var verdict) -> {
                    history.verdict(now);
                    taken.circuit().answered(permit, verdict.status().code());
                }
                case Unavailable(var reason) when isClientFault(raw) -> {
                    history.failure(reason, now);
                    permit.cancelled();
                    taken.circuit().inDoubt(permit);
                }
                case Unavailable(var reason) when !reason.isUpstreamFault() -> permit.cancelled();
                case Unavailable(var reason) -> {
                    history.failure(reason, now);
                    taken.circuit().failed(permit, reason);
                }
                case Cancelled _ -> permit.cancelled();
            }
            if (!(outcome instanceof Cancelled)) {
                history.recordLatency(now - startedAt);
            }
            return outcome;
        }

        /**
         * Whether the response is a 4xx that is no verdict. If such responses could open the
         * circuit, one client could switch the upstream off for all others.
         */
        private boolean isClientFault(UpstreamOutcome raw) {
            return raw instanceof Answered(var response)
                    && response.status().codeClass() == HttpStatusClass.CLIENT_ERROR
                    && !taken.settings()
                            .upstream()
                            .failureStatuses()
                            .contains(response.status().code());
        }
    }
}
