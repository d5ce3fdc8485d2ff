package dev.forwardguard.head;

import io.netty.util.AsciiString;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Header names that came in lately, so that those of the next request need not be checked, copied
 * and hashed again. Has a fixed number of places; a name takes the place of another one, and a long
 * one none: visitors choose their names. For one thread.
 */
final class HeaderNameTable {
    private static final int PLACES = 256;

    /** All that are in use are shorter. */
    static final int LONGEST = 64;

    private final @Nullable AsciiString[] names = new AsciiString[PLACES];

    /** The name that these bytes are, which have to be a token. */
    AsciiString name(byte[] bytes, int start, int end) {
        int place = place(bytes, start, end);
        AsciiString known = names[place];
        if (known != null && Arrays.equals(known.array(), 0, known.length(), bytes, start, end)) {
            return known;
        }
        var name = new AsciiString(bytes, start, end - start, true);
        if (name.length() <= LONGEST) {
            names[place] = name;
        }
        return name;
    }

    private static int place(byte[] bytes, int start, int end) {
        int hash = 0;
        for (int at = start; at < end; at++) {
            hash = hash * 31 + bytes[at];
        }
        return (hash ^ hash >>> 8 ^ hash >>> 16) & (PLACES - 1);
    }
}
