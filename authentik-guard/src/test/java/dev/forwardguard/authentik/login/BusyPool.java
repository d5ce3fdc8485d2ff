package dev.forwardguard.authentik.login;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;

/** Strangers whose passwords take as long to check as a test likes. */
public final class BusyPool {
    private BusyPool() {}

    /** Gives the pool one more that ends when the gate opens; false if it has no room for it. */
    public static boolean until(CountDownLatch gate, HashingPool pool) {
        try {
            pool.execute(Reputation.UNKNOWN, () -> await(gate));
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    /** Keeps all threads of strangers busy, however many this machine makes it. */
    public static void everyThread(CountDownLatch gate, HashingPool pool) {
        for (int thread = 0; thread < HashingPool.MAX_THREADS; thread++) {
            until(gate, pool);
        }
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
