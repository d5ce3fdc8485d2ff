package dev.forwardguard.manifests.load.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until nobody else works on this machine, nor on the one that it may be a part of, as long
 * as there is patience left; and counts the rounds that had to begin without that, so that nobody
 * trusts them more than they deserve.
 */
final class Quiet {
    private static final Path STAT = Path.of("/proc/stat");
    private static final long GLANCE = TimeUnit.MILLISECONDS.toNanos(250);
    private static final double TICK = 0.01;

    /** Share of one core that does not matter. */
    private static final double HARMLESS = 0.1;

    /** Steps of a calculation that is the same each time, about 20 ms. */
    private static final int STEPS = 20_000_000;

    /**
     * So many times the shortest time that it ever took, and another guest has the processor: a
     * virtual machine need not be told (proc(5), "steal").
     */
    private static final double SLOW = 1.25;

    private long shortest = Long.MAX_VALUE;
    private long result = 1;
    private long patience;
    private int rounds;
    private int disturbed;

    Quiet(Duration patience) {
        this.patience = patience.toNanos();
        for (int i = 0; i < 20; i++) {
            isSlow(); // by code that is compiled from now on
        }
    }

    void await() {
        rounds++;
        while (busy() > HARMLESS || isSlow()) {
            if (patience <= 0) {
                disturbed++;
                return;
            }
            patience -= GLANCE;
        }
    }

    /** Each step waits for the one before, so none can be left out or done along with others. */
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

    /** How many cores were busy in the last quarter of a second, in which we have done nothing. */
    private static double busy() {
        long before = ticks();
        long began = System.nanoTime();
        while (System.nanoTime() - began < GLANCE) {
            LockSupport.parkNanos(GLANCE);
        }
        return (ticks() - before) * TICK / ((System.nanoTime() - began) / 1e9);
    }

    /** Ticks of all cores that were not idle: all but fields 4 and 5, "idle" and "iowait". */
    private static long ticks() {
        try (var lines = Files.lines(STAT)) {
            long[] all =
                    Arrays.stream(lines.findFirst().orElseThrow().split(" +", -1))
                            .skip(1)
                            .limit(8)
                            .mapToLong(Long::parseLong)
                            .toArray();
            return Arrays.stream(all).sum() - all[3] - all[4];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return disturbed == 0
                ? "The machine was quiet in all " + rounds + " rounds"
                : "NOT QUIET: %d of %d rounds had to share the machine, or it was slow"
                        .formatted(disturbed, rounds);
    }
}
