package dev.forwardguard.forwarded;

import dev.forwardguard.client.ClientAddress;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Counts auth requests until there are enough to judge the gateway by. All event loops count in the
 * same number, with one atomic addition for each request, so that the parts always fit together.
 *
 * <p>The address that may be everybody's is the first private one. Of a thousand requests 990 are
 * from that address if it is, so one window in a hundred may begin with another one.
 */
final class RequestWindow {
    /** How many requests a window has at least. */
    static final int FEWEST = 1_000;

    /** Beyond it none is counted. It leaves room for what event loops add at the same moment. */
    static final int MOST = 2_000_000;

    /** How often the clock is read once there are enough requests. */
    private static final int STEP = 50;

    private static final int BITS = 21;
    private static final int MASK = (1 << BITS) - 1;

    private static final long REQUEST = 1;
    private static final long FROM_ONE_ADDRESS = 1L << BITS;
    private static final long WITHOUT_TLS = 1L << (2 * BITS);

    private final long beganAt;
    private final AtomicLong counts = new AtomicLong();
    private final AtomicReference<@Nullable ClientAddress> address;
    private final AtomicInteger untrusted = new AtomicInteger();
    private final AtomicReference<@Nullable ClientAddress> untrustedPeer = new AtomicReference<>();

    /**
     * @param beganAt a reading of the clock
     * @param suspected the address that was everybody's in the window before, if one was
     */
    RequestWindow(long beganAt, @Nullable ClientAddress suspected) {
        this.beganAt = beganAt;
        this.address = new AtomicReference<>(suspected);
    }

    /**
     * Counts a request.
     *
     * @return whether it may be the last one: there are enough, and it is time to read the clock
     */
    boolean count(boolean fromOneAddress, boolean tls) {
        if ((counts.get() & MASK) >= MOST) {
            return true;
        }
        long more = REQUEST + (fromOneAddress ? FROM_ONE_ADDRESS : 0) + (tls ? 0 : WITHOUT_TLS);
        int requests = (int) (counts.addAndGet(more) & MASK);
        return requests >= FEWEST && requests % STEP == 0;
    }

    /** Counts a request that brought the header with the address from this peer. */
    void countUntrusted(ClientAddress peer) {
        untrusted.incrementAndGet();
        if (untrustedPeer.get() == null) {
            untrustedPeer.compareAndSet(null, peer);
        }
    }

    /** Whether this is the private address that may be everybody's. */
    boolean isOneAddress(ClientAddress client) {
        if (address.get() == null && client.isLocal()) {
            address.compareAndSet(null, client);
        }
        return client.equals(address.get());
    }

    long beganAt() {
        return beganAt;
    }

    /** What was counted until now. */
    Counts counts() {
        long now = counts.get();
        return new Counts(
                (int) (now & MASK),
                (int) ((now >>> BITS) & MASK),
                address.get(),
                (int) (now >>> (2 * BITS)),
                Math.min(untrusted.get(), (int) (now & MASK)),
                untrustedPeer.get());
    }

    /**
     * The numbers of a window.
     *
     * @param requests all of them
     * @param fromOneAddress how many came from the private address
     * @param address that one, if any request came from a private address
     * @param withoutTls how many came without TLS, as far as the gateway says
     * @param untrusted how many brought the header with the address from an untrusted peer
     * @param untrustedPeer the first of these peers
     */
    record Counts(
            int requests,
            int fromOneAddress,
            @Nullable ClientAddress address,
            int withoutTls,
            int untrusted,
            @Nullable ClientAddress untrustedPeer) {
        /** The private address, if nearly all requests came from it. */
        @Nullable ClientAddress everybodysAddress() {
            return nearlyAll(fromOneAddress) ? address : null;
        }

        boolean nearlyAllWithoutTls() {
            return nearlyAll(withoutTls);
        }

        /** Whether it is 99 %. */
        private boolean nearlyAll(int some) {
            return 100L * some >= 99L * requests;
        }
    }
}
