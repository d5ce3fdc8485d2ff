package dev.forwardguard.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds control characters (RFC 5234 appendix B.1: CTL), none of which an ordinary header value has
 * in it: the first one is its end. Looks at eight bytes at a time, because a cookie has thousands.
 */
final class ControlCharacters {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long BLANKS = 0x20_20_20_20_20_20_20_20L;
    private static final long DELS = 0x7F_7F_7F_7F_7F_7F_7F_7FL;
    private static final long ONES = 0x01_01_01_01_01_01_01_01L;
    private static final long UPPER_BITS = 0x80_80_80_80_80_80_80_80L;

    private ControlCharacters() {}

    /** Where the next one is, of which there has to be one. */
    static int next(byte[] bytes, int from) {
        int next = from;
        while (next + Long.BYTES <= bytes.length) {
            long found = controls((long) EIGHT_BYTES.get(bytes, next));
            if (found != 0) {
                return next + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            next += Long.BYTES;
        }
        while (bytes[next] < 0 || (bytes[next] >= ' ' && bytes[next] != 0x7F)) {
            next++;
        }
        return next;
    }

    /** The upper bit of each of eight bytes that is less than a blank, or DEL; up to the first. */
    private static long controls(long eight) {
        long belowBlank = (eight - BLANKS) & ~eight;
        long zeroIfDel = eight ^ DELS;
        long del = (zeroIfDel - ONES) & ~zeroIfDel;
        return (belowBlank | del) & UPPER_BITS;
    }
}
