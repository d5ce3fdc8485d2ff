package dev.forwardguard.testing;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;
import java.util.function.Consumer;

/**
 * The work that code does with a text, in numbers that are the same on every machine and under any
 * load.
 *
 * @param steps branches and calls of the guards and of Netty, and the characters that Java's own
 *     searches look at
 * @param bytes what is allocated on the heap
 */
public record CountedWork(long steps, long bytes) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final InstrumentingClassLoader INSTRUMENTED = new InstrumentingClassLoader();

    /** Class loading and such adds to single runs. */
    private static final int RUNS = 3;

    /**
     * Counts what one call of the reader does.
     *
     * @param reader a constant of an enum: its class is loaded a second time, with counters in it,
     *     and so is everything of the guards and of Netty that it uses
     */
    public static <E extends Enum<E> & Consumer<String>> CountedWork of(E reader, String text) {
        Consumer<String> instrumented = INSTRUMENTED.copyOf(reader);
        instrumented.accept(text.substring(0, Math.min(text.length(), 100)));
        instrumented.accept(text);
        long steps = Long.MAX_VALUE;
        long bytes = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long stepsBefore = Steps.taken();
            long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
            instrumented.accept(text);
            bytes = Math.min(bytes, THREADS.getCurrentThreadAllocatedBytes() - bytesBefore);
            steps = Math.min(steps, Steps.taken() - stepsBefore);
        }
        return new CountedWork(steps, bytes);
    }
}
