package dev.forwardguard.memory;

/**
 * What the guard takes on at once. It follows from the heap, so that whoever gives the process more
 * memory need not say so twice.
 *
 * @param connections to the main port
 * @param bufferedBytes of requests and answers, as they come over the network
 */
public record LoadLimits(int connections, long bufferedBytes) {
    /** A connection costs up to 8 KiB, but the classes alone take 10 MiB of the heap. */
    private static final long HEAP_PER_CONNECTION = 64 * 1024;

    private static final int MOST_CONNECTIONS = 16_384;

    /** Each byte that is counted takes up to three in the heap, and there is more in it. */
    private static final long HEAP_PER_BUFFERED_BYTE = 8;

    /** One whole request of 256 KiB and one whole answer of 1 MiB fit in. */
    private static final long LEAST_BUFFERED = 3 << 19;

    /** The limits of a process with this heap. */
    public static LoadLimits ofHeap(long bytes) {
        return new LoadLimits(
                (int) Math.min(bytes / HEAP_PER_CONNECTION, MOST_CONNECTIONS),
                Math.max(bytes / HEAP_PER_BUFFERED_BYTE, LEAST_BUFFERED));
    }
}
