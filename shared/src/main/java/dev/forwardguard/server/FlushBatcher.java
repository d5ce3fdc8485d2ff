package dev.forwardguard.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What the connections of one event loop have to send. It goes out at the end of the loop's turn,
 * when all that had come in was read: a busy loop that wrote each answer at once would wake the
 * receivers up once for each, and let them fall asleep again in between.
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
    private boolean sending;

    private FlushBatcher() {}

    /** Sends what was written to this connection, soon. To be called on its event loop. */
    static void add(ChannelHandlerContext connection) {
        FlushBatcher outbox = OF_THIS_LOOP.get();
        if (!outbox.sending) {
            connection.executor().execute(outbox::send);
            outbox.sending = true;
        }
        outbox.waiting.add(connection);
    }

    private void send() {
        sending = false; // first, so that an error does not stop all sending
        ChannelHandlerContext next;
        while ((next = waiting.poll()) != null) {
            next.flush();
        }
    }
}
