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
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where passwords are checked: off the event loops, a few at a time, with a bounded queue, so that
 * guessing costs the guesser and nobody else. Whoever stands better goes first, and every standing
 * has places of its own, so that no crowd of strangers keeps out who has logged in before: he has a
 * thread to himself.
 *
 * <p>The crowd never gets every processor. A hash computes for a quarter of a second without a
 * pause, and while one does so on each processor, an event loop that has something to do waits for
 * a time slice, several times in one request: verdicts that took 4 ms took 90 then.
 */
@Singleton
public final class HashingPool {
    /** Of the crowd, on a machine of any size; more would only help those who guess. */
    static final int MAX_THREADS = 3;

    /** With one thread and bcrypt at cost 12 the last of them waits for about eight seconds. */
    private static final int PLACES = 32;

    private final Map<Reputation, Semaphore> places = new EnumMap<>(Reputation.class);
    private final AtomicLong arrivals = new AtomicLong();
    private final ThreadPoolExecutor known = threads(1, "hashing-known-");
    private final ThreadPoolExecutor crowd;

    @Inject
    HashingPool() {
        this(threadsBeside(Runtime.getRuntime().availableProcessors()), PLACES);
    }

    /** For the crowd, so that the event loops have a processor left if there are two. */
    static int threadsBeside(int processors) {
        return Math.clamp(processors - 1L, 1, MAX_THREADS);
    }

    /**
     * @param size threads for the crowd
     * @param queue how many of each standing may wait
     */
    HashingPool(int size, int queue) {
        for (Reputation reputation : Reputation.values()) {
            places.put(reputation, new Semaphore(size + queue));
        }
        crowd = threads(size, "hashing-");
    }

    private static ThreadPoolExecutor threads(int size, String name) {
        var threads =
                new ThreadPoolExecutor(
                        size,
                        size,
                        30,
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name(name, 1).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * @throws RejectedExecutionException if no place is left for that standing
     */
    void execute(Reputation reputation, Runnable check) {
        Semaphore place = Objects.requireNonNull(places.get(reputation));
        if (!place.tryAcquire()) {
            throw new RejectedExecutionException("no place left for a " + reputation);
        }
        var threads = reputation == Reputation.TRUSTED ? known : crowd;
        threads.execute(new HashTask(reputation, arrivals.getAndIncrement(), place, check));
    }

    /** Whether others wait already. */
    boolean isContended() {
        return !crowd.getQueue().isEmpty();
    }

    @PreDestroy
    void close() {
        known.shutdownNow();
        crowd.shutdownNow();
    }

    /** One in the queue or on a thread; it gives its place to the next when it ends. */
    private record HashTask(Reputation reputation, long arrival, Semaphore place, Runnable body)
            implements Runnable, Comparable<HashTask> {
        @Override
        public void run() {
            try {
                body.run();
            } finally {
                place.release();
            }
        }

        @Override
        public int compareTo(HashTask other) {
            int better = reputation.compareTo(other.reputation);
            return better == 0 ? Long.compare(arrival, other.arrival) : better;
        }
    }
}
