package dev.forwardguard.time;

/** A monotonic clock. Only differences between its readings have a meaning. */
@FunctionalInterface
public interface Ticker {
    /**
     * Nanoseconds since an arbitrary moment. Compare readings by subtraction, because they may
     * overflow.
     */
    long nanos();

    /** The system's clock, independent of changes to the wall clock. */
    static Ticker system() {
        return System::nanoTime;
    }
}
