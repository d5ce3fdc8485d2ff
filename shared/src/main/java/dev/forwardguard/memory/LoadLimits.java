package dev.forwardguard.memory;

/**
 * How much load the guard accepts at once. The limits are derived from the size of the heap, so a
 * larger heap needs no further configuration.
 *
 * @param connections maximum number of connections to the main port
 * @param bufferedBytes maximum number of buffered bytes of requests and responses, as they come
 *     over the network
 */
public record LoadLimits(int connections, long bufferedBytes) {
    /** A connection takes up to 8 KiB, but classes alone take 10 MiB of the heap. */
    private static final long HEAP_PER_CONNECTION = 64 * 1024;

    private static final int MOST_CONNECTIONS = 16_384;

    /** Each counted byte takes up to three in the heap, which also holds other things. */
    private static final long HEAP_PER_BUFFERED_BYTE = 8;

    /**
     * Large requests and responses may take half of it: enough for one head of 320 KiB and one
     * response of 1 MiB.
     */
    private static final long LEAST_BUFFERED = 2 * ((1 << 20) + (320 << 10));

    /** The limits for a heap of this many bytes. */
    public static LoadLimits ofHeap(long bytes) {
        return new LoadLimits(
                (int) Math.min(bytes / HEAP_PER_CONNECTION, MOST_CONNECTIONS),
                Math.max(bytes / HEAP_PER_BUFFERED_BYTE, LEAST_BUFFERED));
    }
}
