package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.time.Ticker;

import io.github.bucket4j.Bucket;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How often each address may be wrong: so many times at once, and again as many over each minute.
 * An attempt takes its token before it is made, and gives it back unless it was wrong; else a
 * thousand guesses at the same moment would be one.
 *
 * <p>Addresses that were wrong are remembered for ten minutes, and none is forgotten to make room
 * for another: an attacker with a million addresses can fill the table, but not wipe it. While it
 * is full, new addresses are not counted one by one; all of them are suspects, and {@link
 * BruteForceBudget} is what bounds them.
 */
final class FailureThrottle {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final Duration KNOWN_FOR = Duration.ofHours(12);

    private final Ticker ticker;
    private final int capacity;
    private final IntSupplier maxFailures;
    private final Cache<ClientAddress, Address> addresses;
    private final Cache<ClientAddress, Boolean> known;

    /**
     * @param capacity how many addresses are counted at once
     * @param maxFailures how often an address may be wrong in a minute; 0 for any number
     */
    FailureThrottle(Ticker ticker, int capacity, IntSupplier maxFailures) {
        this.ticker = ticker;
        this.capacity = capacity;
        this.maxFailures = maxFailures;
        addresses =
                Caffeine.newBuilder()
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .expireAfterAccess(MEMORY)
                        .build();
        known =
                Caffeine.newBuilder()
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .expireAfterWrite(KNOWN_FOR)
                        .maximumSize(capacity)
                        .build();
    }

    /** Why nothing from this address is looked at now, not even a right password; or empty. */
    Optional<AuthResult> refusal(ClientAddress from) {
        Address address = addresses.getIfPresent(from);
        return address == null || address.maxFailures != maxFailures.getAsInt()
                ? Optional.empty()
                : address.refusal();
    }

    /**
     * Takes the token of an attempt, which has to end in one of its three ways; empty if there is
     * none left.
     */
    Optional<Attempt> begin(ClientAddress from) {
        int limit = maxFailures.getAsInt();
        boolean loggedIn = known.getIfPresent(from) != null;
        if (limit == 0) {
            return Optional.of(new Attempt(from, reputation(loggedIn, null), null));
        }
        synchronized (this) {
            Address address = addresses.getIfPresent(from);
            Reputation reputation = reputation(loggedIn, address);
            if (address == null || address.maxFailures != limit) {
                if (address == null && isFull()) {
                    return Optional.of(
                            new Attempt(from, loggedIn ? reputation : Reputation.SUSPICIOUS, null));
                }
                address = new Address(limit, address != null && address.failed, ticker);
                addresses.put(from, address);
            }
            if (!address.tokens.tryConsume(1)) {
                return Optional.empty();
            }
            address.underWay.incrementAndGet();
            return Optional.of(new Attempt(from, reputation, address));
        }
    }

    private static Reputation reputation(boolean loggedIn, @Nullable Address address) {
        if (loggedIn) {
            return Reputation.TRUSTED;
        }
        return address != null && address.failed ? Reputation.SUSPICIOUS : Reputation.UNKNOWN;
    }

    private boolean isFull() {
        if (addresses.estimatedSize() < capacity) {
            return false;
        }
        addresses.cleanUp();
        return addresses.estimatedSize() >= capacity;
    }

    /** How many addresses are counted now. */
    long size() {
        addresses.cleanUp();
        return addresses.estimatedSize();
    }

    /** What is held against one address. */
    private static final class Address {
        private final int maxFailures;
        private final Bucket tokens;
        private final AtomicInteger underWay = new AtomicInteger();
        private volatile boolean failed;

        Address(int maxFailures, boolean failed, Ticker ticker) {
            this.maxFailures = maxFailures;
            this.failed = failed;
            this.tokens =
                    Bucket.builder()
                            .addLimit(
                                    limit ->
                                            limit.capacity(maxFailures)
                                                    .refillGreedy(maxFailures, PERIOD))
                            .withCustomTimePrecision(new BucketTime(ticker))
                            .build();
        }

        Optional<AuthResult> refusal() {
            var estimate = tokens.estimateAbilityToConsume(1);
            if (estimate.canBeConsumed()) {
                return Optional.empty();
            }
            return Optional.of(
                    underWay.get() > 0
                            ? new Overloaded()
                            : new Throttled(Duration.ofNanos(estimate.getNanosToWaitForRefill())));
        }
    }

    /** Leave to hold one password against its hash. */
    final class Attempt {
        private final ClientAddress from;
        private final Reputation reputation;
        private final @Nullable Address address;

        private Attempt(ClientAddress from, Reputation reputation, @Nullable Address address) {
            this.from = from;
            this.reputation = reputation;
            this.address = address;
        }

        Reputation reputation() {
            return reputation;
        }

        /** The password was wrong: the token is spent. */
        void failed() {
            if (address != null) {
                address.failed = true;
                address.underWay.decrementAndGet();
            }
        }

        /** The password was right. */
        void succeeded() {
            known.put(from, true);
            cancelled();
        }

        /** No password was looked at. */
        void cancelled() {
            if (address == null) {
                return;
            }
            synchronized (FailureThrottle.this) {
                address.tokens.addTokens(1);
                if (address.underWay.decrementAndGet() == 0 && !address.failed) {
                    addresses.asMap().remove(from, address);
                }
            }
        }
    }
}
