package dev.forwardguard.memory;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how many bytes of requests and responses are in memory at once, for all connections
 * together. Beyond the limit, requests are rejected and responses dropped with reason {@code
 * overload}. The bytes are counted as they come over the network; they take up to three times as
 * many in the heap.
 *
 * <p>Connections with large messages hold at most half of the budget, requests that are passed
 * through at most a quarter, and beyond each of these an eighth is for connections that hold
 * little. So no mix of large requests keeps a small one from being answered.
 */
public final class BufferBudget {
    /**
     * What a header field costs on top of its own bytes: the objects of its name, its value and its
     * place in the map. Measured: 115 bytes of the heap for {@code A1f: b}, of which its own 8
     * bytes account for 24; the rest is counted at a third, and twice, because headers are copied.
     */
    public static final int FIELD_BYTES = 64;

    private static final AttributeKey<Share> SHARE =
            AttributeKey.valueOf(BufferBudget.class, "share");

    /** A connection that holds more than this is a large one. */
    static final int LARGE_BYTES = 24 * 1024;

    /** A connection that holds no more than this may use the whole budget. */
    static final int SMALL_BYTES = 8 * 1024;

    private final long limit;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong large = new AtomicLong();
    private final AtomicLong passedThrough = new AtomicLong();

    /**
     * @param limit bytes
     */
    public BufferBudget(long limit) {
        this.limit = limit;
    }

    /** Opens the share of a client connection. It is given back when the connection closes. */
    public Share open(Channel client) {
        var share = new Share(this);
        client.attr(SHARE).set(share);
        client.closeFuture().addListener(closed -> share.close());
        return share;
    }

    /** The share of a client connection, unbounded if none was opened for it. */
    public static Share of(Channel client) {
        Share share = client.attr(SHARE).get();
        return share == null ? unbounded() : share;
    }

    /** A share without a limit, for the guard's own requests. */
    public static Share unbounded() {
        return new Share(new BufferBudget(Long.MAX_VALUE));
    }

    /** The number of bytes held now. */
    public long held() {
        return held.get();
    }

    /** Adds this many bytes, or none if that would be more than the limit. */
    private static boolean add(AtomicLong sum, long more, long limit) {
        if (more > 0 && sum.addAndGet(more) > limit) {
            sum.addAndGet(-more);
            return false;
        }
        return true;
    }

    /**
     * The bytes that one connection holds. Not thread-safe: used by its event loop only. When the
     * connection has closed, all was given back, and everything that is told after that changes
     * nothing: Netty closes first, and then says what becomes of the rest.
     */
    public static final class Share {
        private final BufferBudget budget;
        private long bytes;
        private long largeBytes;
        private boolean passesThrough;
        private boolean closed;

        private Share(BufferBudget budget) {
            this.budget = budget;
        }

        /** Takes this many more bytes and returns true, or takes none if the budget is too low. */
        public boolean take(long more) {
            if (closed) {
                return false;
            }
            long limit = budget.limit;
            long after = bytes + more;
            long moreLarge = after > LARGE_BYTES ? after - largeBytes : 0;
            long morePassed = passesThrough ? more : 0;
            if (!add(budget.large, moreLarge, limit / 2)) {
                return false;
            }
            if (!add(budget.passedThrough, morePassed, passThroughLimit(after))) {
                budget.large.addAndGet(-moreLarge);
                return false;
            }
            if (!add(budget.held, more, after > SMALL_BYTES ? limit - limit / 8 : limit)) {
                budget.large.addAndGet(-moreLarge);
                budget.passedThrough.addAndGet(-morePassed);
                return false;
            }
            bytes = after;
            largeBytes += moreLarge;
            return true;
        }

        /** The number of bytes that this connection holds. */
        public long held() {
            return bytes;
        }

        /** Gives back this many bytes. */
        public void giveBack(long some) {
            if (closed) {
                return;
            }
            bytes -= some;
            budget.held.addAndGet(-some);
            if (passesThrough) {
                budget.passedThrough.addAndGet(-some);
            }
            if (largeBytes > 0) {
                long stillLarge = bytes > LARGE_BYTES ? bytes : 0;
                budget.large.addAndGet(stillLarge - largeBytes);
                largeBytes = stillLarge;
            }
        }

        /** Gives back everything above this many bytes, which stay in use. Never takes any. */
        public void keep(long some) {
            giveBack(Math.max(0, bytes - some));
        }

        /**
         * Counts what is held as part of a request that is passed through, until {@link
         * #endPassThrough}. Returns false if the requests that are passed through hold too much.
         */
        public boolean passThrough() {
            if (!passesThrough) {
                passesThrough = add(budget.passedThrough, bytes, passThroughLimit(bytes));
            }
            return passesThrough;
        }

        private long passThroughLimit(long mine) {
            long most = budget.limit / 4;
            return mine > SMALL_BYTES ? most : most + budget.limit / 8;
        }

        /** Counts what is held no longer as part of a request that is passed through. */
        public void endPassThrough() {
            if (passesThrough) {
                passesThrough = false;
                budget.passedThrough.addAndGet(-bytes);
            }
        }

        /** Whether all connections together hold more than this percentage of the budget. */
        public boolean isTaken(int percent) {
            return budget.held.get() > budget.limit / 100 * percent;
        }

        /** Whether the large connections together hold more than this percentage of the budget. */
        public boolean isTakenByLarge(int percent) {
            return budget.large.get() > budget.limit / 100 * percent;
        }

        private void close() {
            giveBack(bytes);
            closed = true;
        }
    }
}
