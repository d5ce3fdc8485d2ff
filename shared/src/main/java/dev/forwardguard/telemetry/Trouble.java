package dev.forwardguard.telemetry;

import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;
import dev.forwardguard.upstream.Upstream;
import dev.forwardguard.upstream.UpstreamCondition;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether requests are decided without a verdict these days, since when, and why. It is over half a
 * minute after the last such decision, unless the upstream is down all the while and nobody came.
 * Neither {@code mode: fallback} nor a request or a response that is refused for itself is trouble.
 */
@Singleton
public final class Trouble {
    private static final Duration QUIET = Duration.ofSeconds(30);

    private static final long STEP = Duration.ofSeconds(1).toNanos();

    private final Ticker ticker;
    private final Upstream upstream;
    private volatile @Nullable Noted noted;

    private record Noted(FallbackReason reason, long beganAt, long lastAt) {}

    /**
     * A time of trouble, which may be over.
     *
     * @param reason the last one other than {@code circuit_open}, which says no more than those
     *     before it
     * @param began how long ago it began
     * @param last how long ago the last decision without a verdict was, to within a second
     */
    public record Spell(FallbackReason reason, Duration began, Duration last) {
        /** Whether there was none for a while, and the upstream was not down all the while. */
        public boolean isOver(UpstreamCondition upstream) {
            return last.compareTo(QUIET) > 0
                    && upstream.down()
                            .filter(down -> down.plus(QUIET).compareTo(last) >= 0)
                            .isEmpty();
        }
    }

    public Trouble(Ticker ticker, Upstream upstream) {
        this.ticker = ticker;
        this.upstream = upstream;
    }

    /**
     * Takes note of a decision without a verdict. In an outage this is for each request: nothing is
     * written more than once a second.
     *
     * @param why there was none
     */
    public void note(FallbackReason why) {
        if (why == FallbackReason.FORCED
                || why == FallbackReason.BAD_REQUEST
                || why == FallbackReason.RESPONSE_TOO_LARGE) {
            return;
        }
        long now = ticker.nanos();
        Noted before = noted;
        if (before == null || isOver(before, now)) {
            noted = new Noted(why, now, now);
            return;
        }
        FallbackReason reason = why == FallbackReason.CIRCUIT_OPEN ? before.reason() : why;
        if (reason != before.reason() || now - before.lastAt() >= STEP) {
            noted = new Noted(reason, before.beganAt(), now);
        }
    }

    /** Asks the upstream only if it matters: that costs more. */
    private boolean isOver(Noted before, long now) {
        return now - before.lastAt() > QUIET.toNanos()
                && spell(before, now).isOver(upstream.condition());
    }

    /** The last time of trouble; empty before the first one. */
    public Optional<Spell> last() {
        return Optional.ofNullable(noted).map(last -> spell(last, ticker.nanos()));
    }

    private static Spell spell(Noted noted, long now) {
        return new Spell(noted.reason(), ago(noted.beganAt(), now), ago(noted.lastAt(), now));
    }

    /** An event loop may have noted it after the clock was read. */
    private static Duration ago(long at, long now) {
        return Duration.ofNanos(Math.max(0, now - at));
    }
}
