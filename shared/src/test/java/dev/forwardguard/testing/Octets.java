package dev.forwardguard.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Bytes on the wire, written as Latin-1 text: one char is one octet. */
final class Octets {
    private Octets() {}

    static byte[] of(String text) {
        if (text.chars().anyMatch(c -> c > 0xFF)) {
            throw new IllegalArgumentException("not one octet per char; encode it first: " + text);
        }
        return text.getBytes(ISO_8859_1);
    }

    static String text(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }
}
