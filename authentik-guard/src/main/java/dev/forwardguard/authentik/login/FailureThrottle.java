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
 * Limits wrong passwords per address: a burst of {@code maxFailures}, which refills evenly over one
 * minute. An attempt takes its token before the check and returns it unless the password was wrong.
 * Otherwise a thousand guesses at the same moment would count as one.
 *
 * <p>Addresses with wrong passwords are remembered for ten minutes, and none is evicted to make
 * room for another: an attacker with a million addresses can fill the table, but cannot clear it.
 * While it is full, new addresses are not counted individually. They are all suspicious unless a
 * login from them succeeded before, and {@link BruteForceBudget} is what limits them.
 */
final class FailureThrottle {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final Duration TRUSTED_FOR = Duration.ofHours(12);

    private final Ticker ticker;
    private final int capacity;
    private final IntSupplier maxFailures;
    private final Cache<ClientAddress, Address> addresses;
    private final Cache<ClientAddress, Boolean> trusted;

    /**
     * @param capacity the maximum number of addresses in the table
     * @param maxFailures how many wrong passwords an address may send in a minute; 0 for no limit
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
        trusted =
                Caffeine.newBuilder()
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .expireAfterWrite(TRUSTED_FOR)
                        .maximumSize(capacity)
                        .build();
    }

    /**
     * Returns why no password from this address is checked now, not even a right one. Empty if the
     * address may try.
     */
    Optional<AuthResult> refusal(ClientAddress from) {
        Address address = addresses.getIfPresent(from);
        return address == null || address.maxFailures != maxFailures.getAsInt()
                ? Optional.empty()
                : address.refusal();
    }

    /**
     * Takes the token for an attempt. Empty if none is left. Every attempt must end in one of its
     * three ways.
     */
    Optional<Attempt> begin(ClientAddress from) {
        int limit = maxFailures.getAsInt();
        boolean loggedIn = trusted.getIfPresent(from) != null;
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
            address.inFlight.incrementAndGet();
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

    /** The number of addresses in the table. */
    long size() {
        addresses.cleanUp();
        return addresses.estimatedSize();
    }

    /** The failures and the attempts in flight of one address. */
    private static final class Address {
        private final int maxFailures;
        private final Bucket tokens;
        private final AtomicInteger inFlight = new AtomicInteger();
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
                    inFlight.get() > 0
                            ? new Overloaded()
                            : new Throttled(Duration.ofNanos(estimate.getNanosToWaitForRefill())));
        }
    }

    /** Permission to check one password against its hash. */
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
                address.inFlight.decrementAndGet();
            }
        }

        /** The password was right: the token is returned and the address becomes trusted. */
        void succeeded() {
            trusted.put(from, true);
            cancelled();
        }

        /** No password was checked: the token is returned. */
        void cancelled() {
            if (address == null) {
                return;
            }
            synchronized (FailureThrottle.this) {
                address.tokens.addTokens(1);
                if (address.inFlight.decrementAndGet() == 0 && !address.failed) {
                    addresses.asMap().remove(from, address);
                }
            }
        }
    }
}
