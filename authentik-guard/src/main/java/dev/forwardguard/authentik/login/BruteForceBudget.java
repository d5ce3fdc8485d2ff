package dev.forwardguard.authentik.login;

import dev.forwardguard.time.Ticker;

import io.github.bucket4j.Bucket;

import java.time.Duration;

/**
 * Limits the work that wrong passwords may cause, for all addresses together, to a quarter of one
 * thread's time. The unit is time, not attempts, because one bcrypt at cost 12 takes as long as 200
 * MD5-crypts. The rest of the time is for right passwords and for the event loops.
 *
 * <p>The budget must be smaller than the time of one thread. Otherwise it would never run out, and
 * every login would wait in a queue that is always full.
 */
final class BruteForceBudget {
    /** The minimum charge per guess, so that cheap hashes cannot be tried by the million. */
    private static final Duration MIN_CHARGE = Duration.ofMillis(1);

    private static final Duration PER_SECOND = Duration.ofMillis(250);

    /** How much unused budget accumulates: many people mistype at once when an outage begins. */
    private static final Duration BURST = Duration.ofSeconds(5);

    /** How long the budget applies after a check last found others waiting. */
    private static final Duration CONTENTION = Duration.ofSeconds(1);

    private final Ticker ticker;
    private final Bucket nanos;
    private volatile long contendedUntil;

    BruteForceBudget(Ticker ticker) {
        this.ticker = ticker;
        contendedUntil = ticker.nanos();
        nanos =
                Bucket.builder()
                        .addLimit(
                                limit ->
                                        limit.capacity(BURST.toNanos())
                                                .refillGreedy(
                                                        PER_SECOND.toNanos(),
                                                        Duration.ofSeconds(1)))
                        .withCustomTimePrecision(new BucketTime(ticker))
                        .build();
    }

    /** Records that checks are waiting for a thread: from now on the budget applies. */
    void contended() {
        contendedUntil = ticker.nanos() + CONTENTION.toNanos();
    }

    /**
     * Whether a check for an address of this reputation may begin. Without contention, every check
     * may. Under contention, suspicious addresses leave half of the accumulated budget to unknown
     * ones, and trusted addresses are not limited.
     */
    boolean allows(Reputation reputation) {
        if (ticker.nanos() - contendedUntil >= 0) {
            return true;
        }
        return switch (reputation) {
            case TRUSTED -> true;
            case UNKNOWN -> nanos.getAvailableTokens() > 0;
            case SUSPICIOUS -> nanos.getAvailableTokens() > BURST.toNanos() / 2;
        };
    }

    /**
     * Charges the budget for a wrong password.
     *
     * @param spent the processor time of the check in nanoseconds
     */
    void charge(long spent) {
        nanos.consumeIgnoringRateLimits(Math.max(spent, MIN_CHARGE.toNanos()));
    }
}
