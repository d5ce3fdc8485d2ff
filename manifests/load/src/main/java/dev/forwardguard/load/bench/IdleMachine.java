package dev.forwardguard.load.bench;

import dev.forwardguard.load.OtherLoad;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until nothing else runs on this machine, nor on the host if it is a virtual one, up to a
 * total time limit. Counts the rounds that had to start without that, since they are less reliable.
 */
final class IdleMachine {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(250);
    private static final double TICK = 0.01;

    /** Other load that does not matter, as a share of one core. */
    private static final double HARMLESS = 0.1;

    /** Steps of a calculation of constant length, about 20 ms. */
    private static final int STEPS = 20_000_000;

    /**
     * If the calculation takes this many times its shortest duration, another guest uses the
     * processor. A virtual machine may not be able to see that itself (proc(5), "steal").
     */
    private static final double SLOW = 1.25;

    private long shortest = Long.MAX_VALUE;
    private long result = 1;
    private long patience;
    private int rounds;
    private int disturbed;

    IdleMachine(Duration patience) {
        this.patience = patience.toNanos();
        for (int i = 0; i < 20; i++) {
            isSlow(); // until it is compiled
        }
    }

    void await() {
        rounds++;
        while (busy() > HARMLESS || isSlow()) {
            if (patience <= 0) {
                disturbed++;
                return;
            }
            patience -= INTERVAL;
        }
    }

    /**
     * Times the calculation. Each step depends on the one before, so none can be optimized away.
     */
    private boolean isSlow() {
        long began = System.nanoTime();
        long number = result;
        for (int i = 0; i < STEPS; i++) {
            number = number * 6_364_136_223_846_793_005L + 1;
        }
        result = number;
        long took = System.nanoTime() - began;
        shortest = Math.min(shortest, took);
        return took > SLOW * shortest;
    }

    /** How many cores are busy during a quarter of a second in which this program sleeps. */
    private static double busy() {
        long before = OtherLoad.busyTicks();
        long began = System.nanoTime();
        while (System.nanoTime() - began < INTERVAL) {
            LockSupport.parkNanos(INTERVAL);
        }
        return (OtherLoad.busyTicks() - before) * TICK / ((System.nanoTime() - began) / 1e9);
    }

    @Override
    public String toString() {
        return disturbed == 0
                ? "The machine was idle in all " + rounds + " rounds"
                : "NOT IDLE: in %d of %d rounds the machine was shared or slow"
                        .formatted(disturbed, rounds);
    }
}
