package dev.forwardguard.authentik.health;

import dev.forwardguard.authentik.AuthentikSettings;
import dev.forwardguard.settings.Mode;
import dev.forwardguard.settings.UpstreamSettings;
import dev.forwardguard.time.Ticker;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Asks every five seconds whether authentik's login works, one request at a time, on one event
 * loop. Each change of the settings takes effect at once. What was learnt is kept unless the
 * address or a timeout has changed. In mode fallback nothing is asked.
 */
public final class LoginHealth implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoginHealth.class);
    static final Duration PERIOD = Duration.ofSeconds(5);

    private final Supplier<AuthentikSettings> settings;
    private final BiFunction<URI, UpstreamSettings, Check> checks;
    private final EventLoop loop;
    private final Ticker ticker;
    private final Clock clock;
    private final LoginLog log = new LoginLog();
    private volatile LoginStatus status;
    private volatile @Nullable Instant recovery;
    private @Nullable Target target;
    private @Nullable Check check;
    private @Nullable Future<?> timer;
    private boolean asking;
    private boolean closed;

    /**
     * @param checks creates the requests to an address, with timeouts
     */
    LoginHealth(
            Supplier<AuthentikSettings> settings,
            BiFunction<URI, UpstreamSettings, Check> checks,
            EventLoop loop,
            Ticker ticker,
            Clock clock) {
        this.settings = settings;
        this.checks = checks;
        this.loop = loop;
        this.ticker = ticker;
        this.clock = clock;
        this.status = LoginStatus.off(clock.instant());
    }

    /** Whether the login is known to be down. Cheap, on any thread. */
    public boolean isFailing() {
        return status.state() == LoginState.FAILING;
    }

    LoginStatus status() {
        return status;
    }

    /** When it was last known to be down no more; empty if it never was down. */
    Optional<Instant> recovery() {
        return Optional.ofNullable(recovery);
    }

    private void become(LoginStatus next) {
        if (isFailing() && next.state() != LoginState.FAILING) {
            recovery = next.since();
        }
        status = next;
    }

    /** To be called once at the start, and after each change of the settings; on any thread. */
    void settingsChanged() {
        onLoop(this::applySettings);
    }

    @Override
    public void close() {
        onLoop(
                () -> {
                    closed = true;
                    cancelTimer();
                });
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException shuttingDown) {
            // nothing is asked any more
        }
    }

    private void applySettings() {
        AuthentikSettings now = settings.get();
        Target next = now.loginHealthUrl().map(url -> Target.of(url, now)).orElse(null);
        if (next == null) {
            target = null;
            check = null;
            become(LoginStatus.off(clock.instant()));
        } else if (!next.equals(target)) {
            target = next;
            check = checks.apply(next.url(), now.guard().upstream());
            asking = false; // the answer of the check before is ignored
            become(LoginStatus.unknown(clock.instant()));
            log.begin();
        }
        cancelTimer();
        ask();
    }

    private void ask() {
        timer = null;
        Check asked = check;
        if (asked == null || asking || closed) {
            return;
        }
        if (settings.get().guard().mode() == Mode.FALLBACK) {
            become(status.paused(clock.instant()));
            return; // until the settings change
        }
        asking = true;
        long startedAt = ticker.nanos();
        CompletionStage<OptionalInt> pending;
        try {
            pending = asked.ask();
        } catch (RuntimeException | Error bug) { // the next request may go out again
            LOG.warn("upstream.login-health-url cannot be asked", bug);
            answered(asked, null, startedAt);
            return;
        }
        pending.whenComplete((answer, _) -> answered(asked, answer, startedAt));
    }

    @SuppressWarnings("ReferenceEquality") // another check is one with other settings
    private void answered(Check asked, @Nullable OptionalInt answer, long startedAt) {
        if (asked != check) {
            return;
        }
        asking = false;
        if (settings.get().guard().mode() != Mode.FALLBACK) {
            LoginStatus before = status;
            become(before.after(answer == null ? OptionalInt.empty() : answer, clock.instant()));
            log.note(before, status);
        }
        if (!closed) {
            cancelTimer();
            scheduleNext(ticker.nanos() - startedAt);
        }
    }

    /** Up to a tenth earlier or later than it is due, so that replicas do not ask in step. */
    private void scheduleNext(long elapsedNanos) {
        long tenth = PERIOD.toNanos() / 10;
        long nanos =
                PERIOD.toNanos()
                        + ThreadLocalRandom.current().nextLong(-tenth, tenth)
                        - elapsedNanos;
        try {
            timer = loop.schedule(this::ask, Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException shuttingDown) {
            // nothing is asked any more
        }
    }

    private void cancelTimer() {
        Future<?> pending = timer;
        timer = null;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    /** A request to the health address. */
    @FunctionalInterface
    interface Check {
        /**
         * Asks once, on the event loop. The stage completes there, within the deadline, with the
         * status of a complete response or none.
         */
        CompletionStage<OptionalInt> ask();
    }

    /** The settings on which an answer depends. */
    private record Target(
            URI url, Duration connectTimeout, Duration readTimeout, Duration deadline) {
        static Target of(URI url, AuthentikSettings now) {
            UpstreamSettings upstream = now.guard().upstream();
            return new Target(
                    url, upstream.connectTimeout(), upstream.readTimeout(), upstream.deadline());
        }
    }
}
