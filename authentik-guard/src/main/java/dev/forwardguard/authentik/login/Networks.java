package dev.forwardguard.authentik.login;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.time.Ticker;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The networks from which a password was wrong in the last minutes. An attacker rarely has only one
 * address: a rented server or a tunnel has an IPv6 /48, which is 65,536 addresses as {@link
 * ClientAddress} counts them, and an IPv4 network has 256. All of them would be unknown ones. So a
 * failure counts for the network around the address: in IPv6 for the /48, which includes the /56
 * and the /64 of the address, in IPv4 for the /24.
 *
 * <p>Failures of a network make its addresses suspicious and do no more. They never throttle, so no
 * attacker locks out a neighbour.
 *
 * <p>No network with failures is evicted to make room for another. While the table is full, all
 * networks that are not in it are suspicious. Not thread-safe.
 */
final class Networks {
    /**
     * How many addresses of one IPv6 /48 get a limit of their own: as many as an IPv4 /24 has.
     * Otherwise one /48 could fill the table of addresses. Changing addresses further gains an
     * attacker nothing, because each new address would start with a full limit anyway.
     */
    private static final int MAX_COUNTED = 256;

    private final Ticker ticker;
    private final Duration memory;
    private final FailureTable<Long, Network> networks;

    /**
     * @param capacity the maximum number of networks in the table
     * @param memory how long a failure counts
     */
    Networks(Ticker ticker, int capacity, Duration memory) {
        this.ticker = ticker;
        this.memory = memory;
        networks = new FailureTable<>(ticker, capacity, memory);
    }

    /** Returns the network of the address. If there is no room for a new one, it has failed. */
    Network of(ClientAddress address) {
        long key = key(address.network());
        Network known = networks.get(key);
        if (known != null) {
            return known;
        }
        var network = new Network(key);
        if (networks.isFull()) {
            network.failed();
        } else {
            networks.put(key, network);
        }
        return network;
    }

    /** The number of networks in the table. */
    long size() {
        return networks.size();
    }

    /** The first 48 bits of an IPv6 address, the first 24 of an IPv4 address. */
    private static long key(ByteBuffer address) {
        return switch (address.remaining()) {
            case Long.BYTES -> address.getLong(0) >>> 16;
            case Integer.BYTES -> 1L << 62 | address.getInt(0) >>> 8;
            default -> -1;
        };
    }

    /** The failures of one network, and its attempts in flight. */
    final class Network {
        private final long key;
        private boolean failed;
        private long failedAt;
        private int inFlight;
        private int counted;

        private Network(long key) {
            this.key = key;
        }

        /**
         * Whether a new address from here is suspicious. An attempt in flight counts as a failure
         * until its result is known. Otherwise a thousand addresses at once would all be unknown.
         */
        boolean isSuspicious() {
            return inFlight > 0 || hasFailed();
        }

        private boolean hasFailed() {
            return failed && ticker.nanos() - failedAt < memory.toNanos();
        }

        /** Whether one more address from here may be counted individually. */
        boolean hasRoom() {
            return key >>> 48 != 0 || counted < MAX_COUNTED;
        }

        /** One more address from here is counted individually. */
        void counts() {
            counted++;
        }

        void begins() {
            inFlight++;
        }

        /** An attempt ended in a wrong password. */
        void failed() {
            failed = true;
            failedAt = ticker.nanos();
        }

        /** An attempt ended. A network without failures is forgotten with its last attempt. */
        void ends() {
            inFlight--;
            if (inFlight == 0 && !hasFailed()) {
                networks.remove(key, this);
            }
        }
    }
}
