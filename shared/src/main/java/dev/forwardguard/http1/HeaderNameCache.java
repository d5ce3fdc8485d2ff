package dev.forwardguard.http1;

import io.netty.util.AsciiString;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Caches recent header names, so that those of the next request need not be checked, copied and
 * hashed again. Visitors choose their header names, so the number of slots is fixed: a new name
 * replaces another one, and a long name is not cached. For one thread.
 */
final class HeaderNameCache {
    private static final int SLOT_BITS = 9;

    /**
     * 2^64 divided by the golden ratio. Multiplication by it makes numbers that differ little
     * differ in their upper bits.
     */
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    /** All names in use are shorter. */
    static final int LONGEST = 64;

    private final @Nullable AsciiString[] names = new AsciiString[1 << SLOT_BITS];

    /** Returns the cached name that equals these bytes, or null. */
    @Nullable AsciiString find(byte[] bytes, int start, int end) {
        if (end - start > LONGEST) {
            return null;
        }
        AsciiString known = names[slot(bytes, start, end)];
        return known != null && Arrays.equals(known.array(), 0, known.length(), bytes, start, end)
                ? known
                : null;
    }

    /** Caches the name in these bytes, which have to be a token, and returns it. */
    AsciiString add(byte[] bytes, int start, int end) {
        var name = new AsciiString(bytes, start, end - start, true);
        if (name.length() <= LONGEST) {
            names[slot(bytes, start, end)] = name;
        }
        return name;
    }

    private static int slot(byte[] bytes, int start, int end) {
        long spread = ByteScanner.fingerprint(bytes, start, end) * GOLDEN_RATIO;
        return (int) (spread >>> (Long.SIZE - SLOT_BITS));
    }
}
