package dev.forwardguard.http1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches the bytes of a head, eight at a time, because a cookie has thousands. */
final class ByteScanner {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long BLANKS = 0x20_20_20_20_20_20_20_20L;
    private static final long COLONS = 0x3A_3A_3A_3A_3A_3A_3A_3AL;
    private static final long DELS = 0x7F_7F_7F_7F_7F_7F_7F_7FL;
    private static final long ONES = 0x01_01_01_01_01_01_01_01L;
    private static final long UPPER_BITS = 0x80_80_80_80_80_80_80_80L;

    private ByteScanner() {}

    /**
     * Returns the index of the next control character (RFC 5234 appendix B.1: CTL). There has to be
     * one. A usual header value contains none, so the first one marks its end.
     */
    static int nextControl(byte[] bytes, int from) {
        int next = from;
        while (next + Long.BYTES <= bytes.length) {
            long eight = eightAt(bytes, next);
            long belowBlank = (eight - BLANKS) & ~eight;
            long found = (belowBlank | zeroes(eight ^ DELS)) & UPPER_BITS;
            if (found != 0) {
                return next + indexOf(found);
            }
            next += Long.BYTES;
        }
        while (bytes[next] < 0 || (bytes[next] >= ' ' && bytes[next] != 0x7F)) {
            next++;
        }
        return next;
    }

    /**
     * Returns the index of the next such byte, or {@code to} or more if there is none before it.
     */
    static int next(byte wanted, byte[] bytes, int from, int to) {
        long eightOfThem = ONES * (wanted & 0xFF);
        int next = from;
        while (next + 4 * Long.BYTES <= to && !isAmong(eightOfThem, bytes, next)) {
            next += 4 * Long.BYTES;
        }
        while (next < to && bytes[next] != wanted) {
            next++;
        }
        return next;
    }

    /** Whether one of 32 bytes is the one that the first number consists of. */
    private static boolean isAmong(long eightOfThem, byte[] bytes, int at) {
        long found =
                zeroes(eightAt(bytes, at) ^ eightOfThem)
                        | zeroes(eightAt(bytes, at + Long.BYTES) ^ eightOfThem)
                        | zeroes(eightAt(bytes, at + 2 * Long.BYTES) ^ eightOfThem)
                        | zeroes(eightAt(bytes, at + 3 * Long.BYTES) ^ eightOfThem);
        return (found & UPPER_BITS) != 0;
    }

    /** Returns the index of the next colon, or the end of the bytes. */
    static int nextColon(byte[] bytes, int from) {
        int next = from;
        while (next + Long.BYTES <= bytes.length) {
            long found = zeroes(eightAt(bytes, next) ^ COLONS) & UPPER_BITS;
            if (found != 0) {
                return next + indexOf(found);
            }
            next += Long.BYTES;
        }
        while (next < bytes.length && bytes[next] != ':') {
            next++;
        }
        return next;
    }

    /**
     * Returns a hash of the bytes in that range, computed from the first and the last eight. Few
     * other ranges have the same.
     */
    static long fingerprint(byte[] bytes, int start, int end) {
        if (end - start >= Long.BYTES) {
            return eightAt(bytes, start) * 31 + eightAt(bytes, end - Long.BYTES);
        }
        long all = 0;
        for (int at = start; at < end; at++) {
            all = all << Byte.SIZE | bytes[at];
        }
        return all;
    }

    private static long eightAt(byte[] bytes, int at) {
        return (long) EIGHT_BYTES.get(bytes, at);
    }

    /** Sets the upper bit of each of eight bytes that is zero. Correct only up to the first one. */
    private static long zeroes(long eight) {
        return (eight - ONES) & ~eight;
    }

    private static int indexOf(long found) {
        return Long.numberOfTrailingZeros(found) / Byte.SIZE;
    }
}
