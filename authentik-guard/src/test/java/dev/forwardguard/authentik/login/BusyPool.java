package dev.forwardguard.authentik.login;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;

/** Fills a {@link HashingPool} with checks that block until a test opens a gate. */
public final class BusyPool {
    private BusyPool() {}

    /**
     * Submits a check, for an unknown address, that blocks until the gate opens. Returns false if
     * the pool is full.
     */
    public static boolean submitBlocked(CountDownLatch gate, HashingPool pool) {
        try {
            pool.execute(Reputation.UNKNOWN, () -> await(gate));
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    /** Blocks all threads for unknown addresses, however many this machine has of them. */
    public static void blockAllThreads(CountDownLatch gate, HashingPool pool) {
        for (int thread = 0; thread < HashingPool.MAX_THREADS; thread++) {
            submitBlocked(gate, pool);
        }
    }

    /**
     * Blocks exactly as many threads as there are for unknown addresses, so that nothing waits yet.
     */
    public static void blockEachThread(CountDownLatch gate, HashingPool pool) {
        int threads = HashingPool.threadsBeside(Runtime.getRuntime().availableProcessors());
        for (int thread = 0; thread < threads; thread++) {
            submitBlocked(gate, pool);
        }
    }

    /** Whether a check waits for a thread. */
    public static boolean hasWaiting(HashingPool pool) {
        return pool.isContended();
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
