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
 * has places of its own, so that no crowd of strangers keeps out who has logged in before.
 */
@Singleton
public final class HashingPool {
    /** A check takes a processor for as long as the hash is expensive; a guard has few to spare. */
    private static final int THREADS = 2;

    /** With bcrypt at cost 10 the last of them waits for about two seconds. */
    private static final int PLACES = 64;

    private final Map<Standing, Semaphore> places = new EnumMap<>(Standing.class);
    private final AtomicLong arrivals = new AtomicLong();
    private final ThreadPoolExecutor threads;

    @Inject
    HashingPool() {
        this(THREADS, PLACES);
    }

    HashingPool(int size, int queue) {
        for (Standing standing : Standing.values()) {
            places.put(standing, new Semaphore(size + queue));
        }
        threads =
                new ThreadPoolExecutor(
                        size,
                        size,
                        30,
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("hashing-", 1).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * @throws RejectedExecutionException if no place is left for that standing
     */
    void execute(Standing standing, Runnable check) {
        Semaphore place = Objects.requireNonNull(places.get(standing));
        if (!place.tryAcquire()) {
            throw new RejectedExecutionException("no place left for a " + standing);
        }
        threads.execute(new Check(standing, arrivals.getAndIncrement(), place, check));
    }

    @PreDestroy
    void close() {
        threads.shutdownNow();
    }

    /** One in the queue or on a thread; it gives its place to the next when it ends. */
    private record Check(Standing standing, long arrival, Semaphore place, Runnable body)
            implements Runnable, Comparable<Check> {
        @Override
        public void run() {
            try {
                body.run();
            } finally {
                place.release();
            }
        }

        @Override
        public int compareTo(Check other) {
            int better = standing.compareTo(other.standing);
            return better == 0 ? Long.compare(arrival, other.arrival) : better;
        }
    }
}
