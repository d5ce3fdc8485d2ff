package dev.forwardguard.upstream.connection;

import io.netty.channel.EventLoop;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What waits for the end of the event loop's turn. By then everything that has arrived was read:
 * complete responses have given back their connections, and bytes that an upstream sent unsolicited
 * are known. Not thread-safe: it belongs to its loop.
 */
final class EndOfTurn {
    private final EventLoop loop;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean scheduled;

    EndOfTurn(EventLoop loop) {
        this.loop = loop;
    }

    void run(Runnable task) {
        if (!scheduled) {
            loop.execute(this::runAll);
            scheduled = true;
        }
        waiting.add(task);
    }

    private void runAll() {
        scheduled = false; // first, so that an error does not stop all later tasks
        Runnable next;
        while ((next = waiting.poll()) != null) {
            next.run();
        }
    }
}
