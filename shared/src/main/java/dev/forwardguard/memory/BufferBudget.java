package dev.forwardguard.memory;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of requests and answers may be held in memory at once, for all visitors together:
 * beyond that a question is not asked or not listened to any longer, reason {@code overload}. The
 * bytes are counted as they came over the network; Java needs up to three times as many for them.
 */
public final class BufferBudget {
    private static final AttributeKey<Share> SHARE =
            AttributeKey.valueOf(BufferBudget.class, "share");

    /** For an answer that nobody waits for. */
    public static final Share NONE = new Share(new BufferBudget(0));

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param limit bytes
     */
    public BufferBudget(long limit) {
        this.limit = limit;
    }

    /** Opens an account for a client's connection, which ends with the connection. */
    public Share open(Channel client) {
        var share = new Share(this);
        client.attr(SHARE).set(share);
        client.closeFuture().addListener(closed -> share.giveBack());
        return share;
    }

    /** The account of a client's connection; one without an account has a budget of its own. */
    public static Share of(Channel client) {
        Share share = client.attr(SHARE).get();
        return share == null ? unbounded() : share;
    }

    /** For what the guard itself asks. */
    public static Share unbounded() {
        return new Share(new BufferBudget(Long.MAX_VALUE));
    }

    /** Bytes that are held now. */
    public long held() {
        return held.get();
    }

    /** What one connection holds. Not thread-safe: it belongs to the connection's event loop. */
    public static final class Share {
        private final BufferBudget budget;
        private long bytes;

        private Share(BufferBudget budget) {
            this.budget = budget;
        }

        /** Takes so many bytes more, or nothing at all if the budget does not have them. */
        public boolean take(long more) {
            if (budget.held.addAndGet(more) > budget.limit) {
                budget.held.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives back so many of the bytes that it took. */
        public void giveBack(long some) {
            budget.held.addAndGet(-some);
            bytes -= some;
        }

        /** Gives back everything but so many bytes, which stay in use; takes none. */
        public void keep(long some) {
            giveBack(Math.max(0, bytes - some));
        }

        /** Whether more than so much of the budget is taken, by all visitors together. */
        public boolean isTaken(int percent) {
            return budget.held.get() > budget.limit / 100 * percent;
        }

        /** Gives back everything. */
        public void giveBack() {
            giveBack(bytes);
        }
    }
}
