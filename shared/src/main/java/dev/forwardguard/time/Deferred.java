package dev.forwardguard.time;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A task that runs some time after it was asked for, once for all who ask in the meantime. Unlike a
 * task at a fixed rate it wakes nothing up while nobody asks.
 */
public final class Deferred {
    private static final Logger LOG = LoggerFactory.getLogger(Deferred.class);

    private final ScheduledExecutorService timer;
    private final long delayNanos;
    private final Runnable task;
    private final AtomicBoolean due = new AtomicBoolean();

    /**
     * @param delay from the first request to the run
     * @param task may ask for its next run
     */
    public Deferred(ScheduledExecutorService timer, Duration delay, Runnable task) {
        this.timer = timer;
        this.delayNanos = delay.toNanos();
        this.task = task;
    }

    /**
     * Has the task run after the delay, unless it is due already, or the process is ending. From
     * any thread.
     */
    public void request() {
        if (!due.get() && due.compareAndSet(false, true)) {
            try {
                timer.schedule(this::run, delayNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The timer has ended", e);
            }
        }
    }

    private void run() {
        due.set(false); // first, so that what is asked for from now on is not lost
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("Unexpected failure", e);
        }
    }
}
