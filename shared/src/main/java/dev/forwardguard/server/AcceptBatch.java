package dev.forwardguard.server;

import dev.forwardguard.time.Ticker;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * The number of new connections that a listener accepts in one turn of its event loop. It is one
 * where connections come one by one, so that no accept call finds none. While they come faster than
 * the loop accepts them, it doubles with each turn.
 *
 * <p>Netty's default accepts one per turn. The last of 1,000 connections that arrive at once would
 * wait for 1,000 turns, and each turn answers all connections that came before: 2 s, as measured.
 */
final class AcceptBatch extends DefaultMaxMessagesRecvByteBufAllocator {
    /** About one millisecond of work, during which established connections wait. */
    static final int MOST = 64;

    /** Turns that take no longer than this for each connection show that more are waiting. */
    static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Ticker ticker;

    AcceptBatch(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    @SuppressWarnings("deprecation") // the type that the method has to return
    public Handle newHandle() {
        return new Count();
    }

    private final class Count extends MaxMessageHandle {
        private int limit = 1;
        private int accepted;
        private long turnAt = ticker.nanos();
        private @Nullable ChannelConfig listener;

        @Override
        public void reset(ChannelConfig config) {
            listener = config;
            accepted = 0;
            super.reset(config);
        }

        /** Ignores Netty's guess, which cannot know whether a listener has more connections. */
        @Override
        public boolean continueReading(UncheckedBooleanSupplier ignored) {
            accepted++;
            return accepted < limit && listener != null && listener.isAutoRead();
        }

        @Override
        public void readComplete() {
            long now = ticker.nanos();
            boolean more = accepted == limit && now - turnAt < limit * BURST_NANOS;
            limit = more ? Math.min(2 * limit, MOST) : 1;
            turnAt = now;
            super.readComplete();
        }

        /** Nothing is allocated for an accepted connection, but Netty asks for a size. */
        @Override
        public int guess() {
            return 1;
        }
    }
}
