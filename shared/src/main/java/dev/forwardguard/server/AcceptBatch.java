package dev.forwardguard.server;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * How many new connections a listener takes in one turn of its event loop: twice as many as the
 * last time if there were enough of them, and one after it has looked in vain, which costs a system
 * call.
 *
 * <p>Netty's own takes one, so the last of 1,000 that come at once would wait for 1,000 turns, each
 * of which answers all that came before: 2 s, as measured.
 */
final class AcceptBatch extends DefaultMaxMessagesRecvByteBufAllocator {
    /** A millisecond's work, for which those who are connected wait. */
    static final int MOST = 64;

    @Override
    @SuppressWarnings("deprecation") // the type that the method has to return
    public Handle newHandle() {
        return new Count();
    }

    private final class Count extends MaxMessageHandle {
        private int limit = 1;
        private int taken;
        private @Nullable ChannelConfig listener;

        @Override
        public void reset(ChannelConfig config) {
            listener = config;
            taken = 0;
            super.reset(config);
        }

        /** Whatever Netty supposes: of a listener it cannot know whether there is more. */
        @Override
        public boolean continueReading(UncheckedBooleanSupplier supposed) {
            taken++;
            return taken < limit && listener != null && listener.isAutoRead();
        }

        @Override
        public void readComplete() {
            limit = taken < limit ? 1 : Math.min(2 * limit, MOST);
            super.readComplete();
        }

        /** Nothing is allocated for a connection, but Netty asks. */
        @Override
        public int guess() {
            return 1;
        }
    }
}
