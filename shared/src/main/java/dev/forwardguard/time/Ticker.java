package dev.forwardguard.time;

/** A monotonic clock. Only differences of its readings mean anything. */
@FunctionalInterface
public interface Ticker {
    /**
     * Nanoseconds since an arbitrary moment; compare readings by subtraction, because they may
     * wrap.
     */
    long nanos();

    /** The clock of the machine, unmoved by changes of the wall clock. */
    static Ticker system() {
        return System::nanoTime;
    }
}
