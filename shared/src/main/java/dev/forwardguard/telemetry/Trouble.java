package dev.forwardguard.telemetry;

import dev.forwardguard.guard.Decision;
import dev.forwardguard.guard.Decision.Fail;
import dev.forwardguard.guard.Decision.Fallback;
import dev.forwardguard.outcome.FallbackReason;
import dev.forwardguard.time.Ticker;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * Whether requests are decided without a verdict these days, since when, and why. It is over half a
 * minute after the last such decision. What a visitor can bring about for itself is no trouble.
 */
@Singleton
public final class Trouble {
    static final Duration QUIET = Duration.ofSeconds(30);

    private final Ticker ticker;
    private volatile @Nullable FallbackReason reason;
    private volatile long beganAt;
    private volatile long lastAt;

    /**
     * A time of trouble, which may be over.
     *
     * @param reason the last one
     * @param began how long ago it began
     * @param last how long ago the last decision without a verdict was
     */
    public record Spell(FallbackReason reason, Duration began, Duration last) {
        public boolean isOver() {
            return last.compareTo(QUIET) > 0;
        }
    }

    public Trouble(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Takes note of a decision that is no verdict. */
    public void note(Decision decision) {
        switch (decision) {
            case Fallback fallback -> note(fallback.reason());
            case Fail(var why, _) -> note(why);
            case Decision.Relay ignored -> {}
            case Decision.Cancelled ignored -> {}
        }
    }

    private void note(FallbackReason why) {
        switch (why) {
            case FORCED, BAD_REQUEST, RESPONSE_TOO_LARGE -> {}
            default -> {
                long now = ticker.nanos();
                // event loops that are here at the same time all begin now
                if (reason == null || now - lastAt > QUIET.toNanos()) {
                    beganAt = now;
                }
                lastAt = now;
                reason = why;
            }
        }
    }

    /** The last time of trouble; empty before the first one. */
    public Optional<Spell> last() {
        FallbackReason last = reason;
        long now = ticker.nanos();
        return Optional.ofNullable(last)
                .map(why -> new Spell(why, ago(beganAt, now), ago(lastAt, now)));
    }

    /** An event loop may have noted it after the clock was read. */
    private static Duration ago(long at, long now) {
        return Duration.ofNanos(Math.max(0, now - at));
    }
}
