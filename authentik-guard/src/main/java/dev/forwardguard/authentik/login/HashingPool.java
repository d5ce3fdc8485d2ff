package dev.forwardguard.authentik;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where passwords are checked: off the event loops, a few at a time, with a bounded queue, so that
 * guessing costs the guesser and nobody else.
 */
@Singleton
final class HashingPool implements Executor {
    /** A check takes a processor for as long as the hash is expensive; a guard has few to spare. */
    private static final int THREADS = 2;

    /** With bcrypt at cost 10 the last in the queue waits for about two seconds. */
    private static final int QUEUE = 64;

    private final ThreadPoolExecutor threads;

    @Inject
    HashingPool() {
        this(THREADS, QUEUE);
    }

    HashingPool(int size, int queue) {
        threads =
                new ThreadPoolExecutor(
                        size,
                        size,
                        30,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queue),
                        Thread.ofPlatform().daemon().name("hashing-", 1).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * @throws RejectedExecutionException if the queue is full
     */
    @Override
    public void execute(Runnable check) {
        threads.execute(check);
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }
}
