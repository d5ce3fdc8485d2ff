package dev.forwardguard.load;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One way to attack a guard, again and again.
 *
 * @param name of the attack in the report
 * @param perSecond how often it begins; for a guard with a smaller share, less often
 * @param atOnce how many may be under way; beyond it, none begins
 */
record Assault(String name, double perSecond, int atOnce, Blow blow) {
    /** What this program is late it makes up for, but no more than this. */
    private static final long LONGEST_BURST = TimeUnit.SECONDS.toNanos(1);

    /** What is sent once, from the first connection to its end. */
    @FunctionalInterface
    interface Blow {
        void by(Attacker attacker) throws IOException;
    }

    /** Attacks for this time; returns when the last has begun. */
    void run(
            Victim victim,
            Counts counts,
            Duration length,
            SplittableRandom random,
            ExecutorService threads) {
        long interval = (long) (TimeUnit.SECONDS.toNanos(1) / (perSecond * victim.share()));
        var permits = new Semaphore(atOnce);
        long end = System.nanoTime() + length.toNanos();
        long due = System.nanoTime() + random.nextLong(interval);
        while (due < end) {
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            var attacker = new Attacker(name, victim, counts, random.split());
            if (permits.tryAcquire()) {
                threads.execute(() -> strike(attacker, permits));
            } else {
                attacker.ended("left out, too many under way");
            }
            due = Math.max(due + interval, System.nanoTime() - LONGEST_BURST);
        }
    }

    private void strike(Attacker attacker, Semaphore permits) {
        try {
            blow.by(attacker);
        } catch (IOException e) {
            attacker.ended("no connection, or lost");
        } finally {
            permits.release();
        }
    }
}
