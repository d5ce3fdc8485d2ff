package dev.forwardguard.runtime;

import io.netty.channel.EventLoopGroup;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Ends the process. On SIGTERM and SIGINT the guard drains and exits with status 0; Java would exit
 * with 143. A second signal changes nothing; SIGKILL still ends the process. When an event loop
 * dies, the connections on it hang for ever, so the process exits at once in order to be restarted.
 */
final class Shutdown {
    static final int LOST_EVENT_LOOP = 70;

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final IntConsumer halt;
    private volatile Runnable onExit = () -> {};
    private volatile boolean ending;

    /**
     * @param halt ends the process with this status
     */
    Shutdown(IntConsumer halt) {
        this.halt = halt;
    }

    /** Installs the shutdown hook. Until the guard serves, a signal ends the process at once. */
    static Shutdown installed() {
        var shutdown = new Shutdown(Runtime.getRuntime()::halt);
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::onSignal, "shutdown"));
        return shutdown;
    }

    /** Says that the guard serves from now on: a signal drains it before the process ends. */
    void serves(Drain drain, Supplier<Duration> delay, Runnable stop) {
        onExit =
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

    /** Ends the process when one of these event loops dies. */
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

    /** Says that the process is ending already, with a status of its own. */
    void ends() {
        ending = true;
    }

    void onSignal() {
        if (ending) {
            return;
        }
        ending = true;
        try {
            onExit.run();
        } catch (RuntimeException e) {
            LOG.error("Could not drain", e);
        } finally {
            halt.accept(0);
        }
    }
}
