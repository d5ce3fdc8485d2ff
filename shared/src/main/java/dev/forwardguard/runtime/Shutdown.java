package dev.forwardguard.runtime;

import io.netty.channel.EventLoopGroup;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * How the process ends. On SIGTERM and SIGINT the guard drains and ends with status 0; Java itself
 * would say 143, as if somebody had shot it. A second signal changes nothing; SIGKILL does. When it
 * has lost an event loop, connections hang that nobody will ever answer, and it ends at once so
 * that it is started anew.
 */
final class Shutdown {
    static final int LOST_EVENT_LOOP = 70;

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final IntConsumer halt;
    private volatile Runnable leaving = () -> {};
    private volatile boolean ending;

    /**
     * @param halt ends the process with this status
     */
    Shutdown(IntConsumer halt) {
        this.halt = halt;
    }

    /** Signals end the process this way from now on; before it serves, at once. */
    static Shutdown installed() {
        var termination = new Shutdown(Runtime.getRuntime()::halt);
        Runtime.getRuntime().addShutdownHook(new Thread(termination::onSignal, "termination"));
        return termination;
    }

    /** The guard serves. */
    void serves(Drain drain, Supplier<Duration> delay, Runnable stop) {
        leaving =
                () -> {
                    try {
                        drain.run(delay.get());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        stop.run();
                    }
                };
    }

    /** The process cannot live without these. */
    void watch(EventLoopGroup loops) {
        loops.forEach(
                loop ->
                        loop.terminationFuture()
                                .addListener(
                                        ended -> {
                                            if (!ending) {
                                                LOG.error("An event loop has died");
                                                halt.accept(LOST_EVENT_LOOP);
                                            }
                                        }));
    }

    /** The process is about to end in its own way, with its own status. */
    void ends() {
        ending = true;
    }

    void onSignal() {
        if (ending) {
            return;
        }
        ending = true;
        try {
            leaving.run();
        } catch (RuntimeException e) {
            LOG.error("Could not drain", e);
        } finally {
            halt.accept(0);
        }
    }
}
