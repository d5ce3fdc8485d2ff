package dev.forwardguard.server;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * What happens on SIGTERM and SIGINT: the guard drains and ends with status 0. Java itself would
 * say 143, as if somebody had shot it. A second signal changes nothing; SIGKILL does.
 */
final class Termination {
    private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

    private volatile Runnable ending = () -> {};
    private volatile boolean failed;

    /** From now on the process ends this way; before it serves, at once. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "termination"));
    }

    /** The guard serves. */
    void started(Drain drain, Supplier<Duration> delay, Runnable stop) {
        ending =
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

    /** The guard cannot start, or cannot go on; the process is about to end with another status. */
    void failed() {
        failed = true;
    }

    private void end() {
        if (failed) {
            return;
        }
        try {
            ending.run();
        } catch (RuntimeException e) {
            LOG.error("Could not drain", e);
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }
}
