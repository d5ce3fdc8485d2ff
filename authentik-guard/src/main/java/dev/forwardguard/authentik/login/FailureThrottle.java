package dev.forwardguard.authentik.login;

import com.github.benmanes.caffeine.cache.Cache;

import dev.forwardguard.authentik.login.AuthResult.Overloaded;
import dev.forwardguard.authentik.login.AuthResult.Throttled;
import dev.forwardguard.authentik.login.Networks.Network;
import dev.forwardguard.client.ClientAddress;
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
 * While it is full, new addresses are not counted individually, and {@link BruteForceBudget} is
 * what limits them. Their reputation is that of their network, see {@link Networks}: a new address
 * of a network with failures is suspicious, unless a login from it succeeded before.
 */
final class FailureThrottle {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final Duration TRUSTED_FOR = Duration.ofHours(12);

    private final Ticker ticker;
    private final IntSupplier maxFailures;
    private final FailureTable<ClientAddress, Address> addresses;
    private final Cache<ClientAddress, Boolean> trusted;
    private final Networks networks;

    /**
     * @param capacity the maximum number of addresses in the table, and of networks in theirs
     * @param maxFailures how many wrong passwords an address may send in a minute; 0 for no limit
     */
    FailureThrottle(Ticker ticker, int capacity, IntSupplier maxFailures) {
        this.ticker = ticker;
        this.maxFailures = maxFailures;
        addresses = new FailureTable<>(ticker, capacity, MEMORY);
        trusted = RecentTable.create(ticker, TRUSTED_FOR, capacity);
        networks = new Networks(ticker, capacity, MEMORY);
    }

    /**
     * Returns why no password from this address is checked now, not even a right one. Empty if the
     * address may try.
     */
    Optional<AuthResult> refusal(ClientAddress from) {
        Address address = addresses.get(from);
        return address == null || address.maxFailures != maxFailures.getAsInt()
                ? Optional.empty()
                : address.refusal();
    }

    /**
     * Takes the token for an attempt. Empty if none is left. Every attempt must end in one of its
     * three ways; only the first end counts.
     */
    synchronized Optional<Attempt> begin(ClientAddress from) {
        Network network = networks.of(from);
        Address address = addresses.get(from);
        Reputation reputation = reputation(from, address, network);
        int limit = maxFailures.getAsInt();
        if (limit == 0) {
            address = null;
        } else if (address == null || address.maxFailures != limit) {
            if (address != null || (network.hasRoom() && !addresses.isFull())) {
                address = new Address(limit, address, ticker);
                addresses.put(from, address);
            }
        }
        if (address != null && !address.begins()) {
            return Optional.empty();
        }
        network.begins();
        return Optional.of(new Attempt(from, reputation, address, network));
    }

    private Reputation reputation(ClientAddress from, @Nullable Address address, Network network) {
        if (trusted.getIfPresent(from) != null) {
            return Reputation.TRUSTED;
        }
        boolean failed = address != null && address.failed;
        return failed || network.isSuspicious() ? Reputation.SUSPICIOUS : Reputation.UNKNOWN;
    }

    /** The number of addresses in the table. */
    long size() {
        return addresses.size();
    }

    /** The number of networks in their table. */
    synchronized long networks() {
        return networks.size();
    }

    /** The failures and the attempts in flight of one address. */
    private static final class Address {
        private final int maxFailures;
        private final Bucket tokens;
        private final AtomicInteger inFlight = new AtomicInteger();
        private volatile boolean failed;

        /**
         * @param before what was known of the address while another limit was in force
         */
        Address(int maxFailures, @Nullable Address before, Ticker ticker) {
            this.maxFailures = maxFailures;
            this.failed = before != null && before.failed;
            this.tokens =
                    Bucket.builder()
                            .addLimit(
                                    limit ->
                                            limit.capacity(maxFailures)
                                                    .refillGreedy(maxFailures, PERIOD))
                            .withCustomTimePrecision(new BucketTime(ticker))
                            .build();
        }

        /** Takes a token. False if there is none. */
        boolean begins() {
            boolean begins = tokens.tryConsume(1);
            if (begins) {
                inFlight.incrementAndGet();
            }
            return begins;
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
        private final Network network;
        private boolean ended;

        private Attempt(
                ClientAddress from,
                Reputation reputation,
                @Nullable Address address,
                Network network) {
            this.from = from;
            this.reputation = reputation;
            this.address = address;
            this.network = network;
        }

        Reputation reputation() {
            return reputation;
        }

        /** The password was wrong: the token is spent. */
        void failed() {
            synchronized (FailureThrottle.this) {
                if (ended) {
                    return;
                }
                ended = true;
                network.failed();
                network.ends();
                if (address != null) {
                    if (!address.failed) {
                        address.failed = true;
                        network.counts();
                    }
                    address.inFlight.decrementAndGet();
                }
            }
        }

        /** The password was right: the token is returned and the address becomes trusted. */
        void succeeded() {
            trusted.put(from, true);
            cancelled();
        }

        /** No password was checked: the token is returned. */
        void cancelled() {
            synchronized (FailureThrottle.this) {
                if (ended) {
                    return;
                }
                ended = true;
                network.ends();
                if (address != null) {
                    address.tokens.addTokens(1);
                    if (address.inFlight.decrementAndGet() == 0 && !address.failed) {
                        addresses.remove(from, address);
                    }
                }
            }
        }
    }
}
