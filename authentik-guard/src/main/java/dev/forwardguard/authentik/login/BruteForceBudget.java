package dev.forwardguard.authentik.login;

import dev.forwardguard.time.Ticker;

import io.github.bucket4j.Bucket;

import java.time.Duration;

/**
 * How much work wrong passwords may be, from all addresses together: a quarter of the time of one
 * thread. In time and not in attempts, because one bcrypt at cost 12 is as much as 200 MD5-crypts.
 * What is left over belongs to those who are right, and to the event loops. It has to be less than
 * one thread can spend: else the budget would never end, and everybody would wait in a queue that
 * is always full.
 */
final class BruteForceBudget {
    /** What a guess costs at least, so that cheap hashes cannot be tried by the million. */
    private static final Duration LEAST = Duration.ofMillis(1);

    private static final Duration PER_SECOND = Duration.ofMillis(250);

    /** What may be saved up: when an outage begins, many people mistype at once. */
    private static final Duration SAVED = Duration.ofSeconds(5);

    /** For how long after somebody had to wait it counts. */
    private static final Duration CONTENDED = Duration.ofSeconds(1);

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
                                        limit.capacity(SAVED.toNanos())
                                                .refillGreedy(
                                                        PER_SECOND.toNanos(),
                                                        Duration.ofSeconds(1)))
                        .withCustomTimePrecision(new BucketTime(ticker))
                        .build();
    }

    /** Somebody has to wait for others: from now on there is no more than the budget. */
    void contended() {
        contendedUntil = ticker.nanos() + CONTENDED.toNanos();
    }

    /**
     * Whether a check for somebody of this standing may begin. Suspects leave half to strangers,
     * and both leave everything else to those who have logged in before. Nobody is turned away for
     * the sake of others when there are none.
     */
    boolean allows(Reputation reputation) {
        if (ticker.nanos() - contendedUntil >= 0) {
            return true;
        }
        return switch (reputation) {
            case TRUSTED -> true;
            case UNKNOWN -> nanos.getAvailableTokens() > 0;
            case SUSPICIOUS -> nanos.getAvailableTokens() > SAVED.toNanos() / 2;
        };
    }

    /** A password was wrong, and to find that out took so long. */
    void charge(long spent) {
        nanos.consumeIgnoringRateLimits(Math.max(spent, LEAST.toNanos()));
    }
}
