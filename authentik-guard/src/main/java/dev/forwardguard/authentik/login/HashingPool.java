package dev.forwardguard.authentik.login;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Checks passwords off the event loops: a few at a time, with a bounded queue, so that brute force
 * costs the attacker and no other visitor. Better reputations go first, and each reputation has its
 * own slots. Trusted addresses also have a thread of their own, so that no number of unknown
 * addresses can keep them out.
 *
 * <p>The other addresses share threads that leave one processor to the event loops if there are
 * two. A hash computes for a quarter of a second without a pause. With one hash running on each
 * processor, an event loop that has work waits for a time slice, several times per request:
 * verdicts that took 4 ms then took 90 ms.
 */
@Singleton
public final class HashingPool {
    /** The limit of shared threads on a machine of any size; more would only help brute force. */
    static final int MAX_THREADS = 3;

    /**
     * Checks that may wait. With one thread and bcrypt at cost 12, the last waits about 8 seconds.
     */
    private static final int QUEUE_SIZE = 32;

    private final Map<Reputation, Semaphore> slots = new EnumMap<>(Reputation.class);
    private final AtomicLong arrivals = new AtomicLong();
    private final ThreadPoolExecutor trusted;
    private final ThreadPoolExecutor shared;

    @Inject
    HashingPool() {
        this(threadsBeside(Runtime.getRuntime().availableProcessors()), QUEUE_SIZE);
    }

    /** The number of shared threads that leaves the event loops a processor if there are two. */
    static int threadsBeside(int processors) {
        return Math.clamp(processors - 1L, 1, MAX_THREADS);
    }

    /**
     * Creates a pool.
     *
     * @param size the number of shared threads
     * @param queue how many checks of each reputation may wait
     */
    HashingPool(int size, int queue) {
        this(size, queue, name -> Thread.ofPlatform().daemon().name(name, 1).factory());
    }

    /**
     * @param factories creates the factory of the threads whose names begin like this
     */
    HashingPool(int size, int queue, Function<String, ThreadFactory> factories) {
        for (Reputation reputation : Reputation.values()) {
            slots.put(reputation, new Semaphore(size + queue));
        }
        trusted = threads(1, factories.apply("hashing-trusted-"));
        shared = threads(size, factories.apply("hashing-"));
    }

    private static ThreadPoolExecutor threads(int size, ThreadFactory factory) {
        var threads =
                new ThreadPoolExecutor(
                        size, size, 30, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), factory);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Queues a check.
     *
     * @throws RejectedExecutionException if no slot is free for this reputation
     */
    void execute(Reputation reputation, Runnable check) {
        Semaphore slot = Objects.requireNonNull(slots.get(reputation));
        if (!slot.tryAcquire()) {
            throw new RejectedExecutionException("no slot is free for reputation " + reputation);
        }
        var threads = reputation == Reputation.TRUSTED ? trusted : shared;
        try {
            threads.execute(new HashTask(reputation, arrivals.getAndIncrement(), slot, check));
        } catch (RuntimeException | Error e) { // the system has no thread for it
            slot.release();
            throw e;
        }
    }

    /** Whether checks are already waiting for a shared thread. */
    boolean isContended() {
        return !shared.getQueue().isEmpty();
    }

    @PreDestroy
    void close() {
        trusted.shutdownNow();
        shared.shutdownNow();
    }

    /** A queued or running check. It frees its slot when it ends. */
    private record HashTask(Reputation reputation, long arrival, Semaphore slot, Runnable body)
            implements Runnable, Comparable<HashTask> {
        @Override
        public void run() {
            try {
                body.run();
            } finally {
                slot.release();
            }
        }

        @Override
        public int compareTo(HashTask other) {
            int better = reputation.compareTo(other.reputation);
            return better == 0 ? Long.compare(arrival, other.arrival) : better;
        }
    }
}
