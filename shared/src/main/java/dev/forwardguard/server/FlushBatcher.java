package dev.forwardguard.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Flushes the connections of one event loop together, at the end of the loop's turn, when
 * everything that had arrived was read. A busy loop that flushed each response at once would wake
 * the receivers up once per response, and let them fall asleep again in between.
 */
final class FlushBatcher {
    private static final FastThreadLocal<FlushBatcher> OF_THIS_LOOP =
            new FastThreadLocal<>() {
                @Override
                protected FlushBatcher initialValue() {
                    return new FlushBatcher();
                }
            };

    private final Queue<ChannelHandlerContext> waiting = new ArrayDeque<>();
    private boolean scheduled;

    private FlushBatcher() {}

    /** Flushes what was written to this connection, soon. To be called on its event loop. */
    static void add(ChannelHandlerContext connection) {
        FlushBatcher batcher = OF_THIS_LOOP.get();
        if (!batcher.scheduled) {
            connection.executor().execute(batcher::flushAll);
            batcher.scheduled = true;
        }
        batcher.waiting.add(connection);
    }

    private void flushAll() {
        scheduled = false; // first, so that an error does not stop all flushing
        ChannelHandlerContext next;
        while ((next = waiting.poll()) != null) {
            next.flush();
        }
    }
}
