package dev.forwardguard.http1;

import io.netty.util.AsciiString;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Header names that came in lately, so that those of the next request need not be checked, copied
 * and hashed again. Has a fixed number of places; a name takes the place of another one, and a long
 * one none: visitors choose their names. For one thread.
 */
final class HeaderNameCache {
    private static final int PLACES_BITS = 9;

    /** Of 2^64: multiplied with it, numbers that differ little differ in their upper bits. */
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    /** All that are in use are shorter. */
    static final int LONGEST = 64;

    private final @Nullable AsciiString[] names = new AsciiString[1 << PLACES_BITS];

    /** The name that these bytes are, if it is known. */
    @Nullable AsciiString find(byte[] bytes, int start, int end) {
        if (end - start > LONGEST) {
            return null;
        }
        AsciiString known = names[place(bytes, start, end)];
        return known != null && Arrays.equals(known.array(), 0, known.length(), bytes, start, end)
                ? known
                : null;
    }

    /** Takes in the name that these bytes are, which have to be a token. */
    AsciiString add(byte[] bytes, int start, int end) {
        var name = new AsciiString(bytes, start, end - start, true);
        if (name.length() <= LONGEST) {
            names[place(bytes, start, end)] = name;
        }
        return name;
    }

    private static int place(byte[] bytes, int start, int end) {
        long spread = ByteScanner.fingerprint(bytes, start, end) * GOLDEN_RATIO;
        return (int) (spread >>> (Long.SIZE - PLACES_BITS));
    }
}
