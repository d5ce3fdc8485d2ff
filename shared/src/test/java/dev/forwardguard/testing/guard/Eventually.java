package dev.forwardguard.testing.guard;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what happens by itself, such as a changed file being noticed; at most 10 s. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Eventually() {}

    /** Returns once it is so, and fails the test if it never is. */
    public static void until(String what, Callable<Boolean> isSo) {
        long start = System.nanoTime();
        while (!look(isSo)) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new AssertionError("waited " + LIMIT + " for " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static boolean look(Callable<Boolean> isSo) {
        try {
            return isSo.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
