package dev.forwardguard.edge.apply;

/**
 * What the server takes in one transaction.
 *
 * @param operations the flag {@code --max-txn-ops}; comparisons count by themselves
 * @param bytes the flag {@code --max-request-bytes}
 */
record Limits(int operations, int bytes) {
    /** The usual values of the flags; a tenth of the bytes is left to the envelope. */
    static final int USUAL_OPERATIONS = 128;

    static final int USUAL_BYTES = 1_400_000;

    static final Limits NONE = new Limits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    Limits withOperations(int most) {
        return new Limits(Math.min(operations, most), bytes);
    }

    Limits withBytes(int most) {
        return new Limits(operations, Math.min(bytes, most));
    }
}
