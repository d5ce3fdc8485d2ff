package dev.forwardguard.server;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The number of new connections that a listener accepts in one turn of its event loop. The limit
 * doubles after each turn that reaches it. After a turn that found fewer it falls back to one,
 * because the accept call that found none cost a system call.
 *
 * <p>Netty's default accepts one per turn. The last of 1,000 connections that arrive at once would
 * wait for 1,000 turns, and each turn answers all connections that came before: 2 s, as measured.
 */
final class AcceptBatch extends DefaultMaxMessagesRecvByteBufAllocator {
    /** About one millisecond of work, during which established connections wait. */
    static final int MOST = 64;

    @Override
    @SuppressWarnings("deprecation") // the type that the method has to return
    public Handle newHandle() {
        return new Count();
    }

    private final class Count extends MaxMessageHandle {
        private int limit = 1;
        private int accepted;
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
            limit = accepted < limit ? 1 : Math.min(2 * limit, MOST);
            super.readComplete();
        }

        /** Nothing is allocated for an accepted connection, but Netty asks for a size. */
        @Override
        public int guess() {
            return 1;
        }
    }
}
