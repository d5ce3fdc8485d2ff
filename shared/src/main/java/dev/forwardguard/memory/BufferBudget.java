package dev.forwardguard.memory;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits how many bytes of requests and responses are in memory at once, for all connections
 * together. Beyond the limit, requests are rejected and responses dropped with reason {@code
 * overload}. The bytes are counted as they come over the network; they take up to three times as
 * many in the heap.
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

    /** A share of nothing, for a connection without a caller. */
    public static final Share NONE = new Share(new BufferBudget(0));

    private final long limit;
    private final AtomicLong held = new AtomicLong();

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
        client.closeFuture().addListener(closed -> share.giveBack());
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

    /** The bytes that one connection holds. Not thread-safe: used by its event loop only. */
    public static final class Share {
        private final BufferBudget budget;
        private long bytes;

        private Share(BufferBudget budget) {
            this.budget = budget;
        }

        /** Takes this many more bytes and returns true, or takes none if the budget is too low. */
        public boolean take(long more) {
            return take(more, budget.limit);
        }

        /**
         * The same, but only out of the first half of the budget. The other half stays for whatever
         * is small.
         */
        public boolean takeLarge(long more) {
            return take(more, budget.limit / 2);
        }

        private boolean take(long more, long limit) {
            if (budget.held.addAndGet(more) > limit) {
                budget.held.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives back this many bytes. */
        public void giveBack(long some) {
            budget.held.addAndGet(-some);
            bytes -= some;
        }

        /** Gives back everything above this many bytes, which stay in use. Never takes any. */
        public void keep(long some) {
            giveBack(Math.max(0, bytes - some));
        }

        /** Whether all connections together hold more than this percentage of the budget. */
        public boolean isTaken(int percent) {
            return budget.held.get() > budget.limit / 100 * percent;
        }

        /** Gives back everything. */
        public void giveBack() {
            giveBack(bytes);
        }
    }
}
