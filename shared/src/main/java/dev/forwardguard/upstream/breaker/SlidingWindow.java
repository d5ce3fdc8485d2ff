package dev.forwardguard.upstream.breaker;

import dev.forwardguard.time.Ticker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts how many of the latest calls were bad. The window moves in tenths of its length, so it
 * covers between nine and ten tenths of it. Each tenth is one long, replaced by compare-and-set:
 * when it began (24 bits), calls (20 bits), bad calls (20 bits).
 */
public final class SlidingWindow {
    private static final int PARTS = 10;
    private static final int BITS = 20;
    private static final long MASK = (1L << BITS) - 1;
    private static final long ERA_MASK = (1L << 24) - 1;

    private final Ticker ticker;
    private final long origin;
    private final long partNanos;
    private final AtomicLongArray parts = new AtomicLongArray(PARTS);

    public SlidingWindow(Duration length, Ticker ticker) {
        this.ticker = ticker;
        this.origin = ticker.nanos();
        this.partNanos = length.toNanos() / PARTS;
    }

    /** Counts a call. Beyond a million in one tenth the counts stay as they are. */
    public void add(boolean bad) {
        long era = era();
        int index = (int) (era % PARTS);
        long before;
        long after;
        do {
            before = parts.get(index);
            long current = isOf(era, before) ? before : (era & ERA_MASK) << (2 * BITS);
            if (calls(current) == MASK) {
                return;
            }
            after = current + (1L << BITS) + (bad ? 1 : 0);
        } while (!parts.compareAndSet(index, before, after));
    }

    /** Returns what the window holds now. */
    public Counts counts() {
        long era = era();
        long calls = 0;
        long bad = 0;
        for (long back = 0; back < PARTS && back <= era; back++) {
            long part = parts.get((int) ((era - back) % PARTS));
            if (isOf(era - back, part)) {
                calls += calls(part);
                bad += part & MASK;
            }
        }
        return new Counts(calls, bad);
    }

    private long era() {
        return (ticker.nanos() - origin) / partNanos;
    }

    private static boolean isOf(long era, long part) {
        return part >>> (2 * BITS) == (era & ERA_MASK);
    }

    private static long calls(long part) {
        return (part >>> BITS) & MASK;
    }

    /**
     * What a window holds.
     *
     * @param calls all calls
     * @param bad the bad ones among them
     */
    public record Counts(long calls, long bad) {
        /** Whether there are enough calls to judge, and at least this percentage of them is bad. */
        public boolean reaches(int minimumCalls, int percent) {
            return calls >= minimumCalls && bad * 100 >= calls * percent;
        }
    }
}
