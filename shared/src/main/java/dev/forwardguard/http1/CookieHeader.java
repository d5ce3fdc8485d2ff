package dev.forwardguard.http1;

import io.netty.util.AsciiString;

import java.util.Arrays;

/** Searches a {@code Cookie} header, which can be long and comes with every request. */
public final class CookieHeader {
    private CookieHeader() {}

    /**
     * Whether a name is somewhere in the header, be it as the name of a cookie or not.
     *
     * @param header its value
     * @param name with a hyphen, which few other cookies have
     */
    public static boolean mentions(CharSequence header, AsciiString name) {
        return header instanceof AsciiString bytes
                ? mentions(bytes.array(), bytes.arrayOffset(), bytes.length(), name)
                : header.toString().contains(name);
    }

    private static boolean mentions(byte[] bytes, int offset, int length, AsciiString name) {
        int hyphen = name.indexOf("-");
        int end = offset + length - (name.length() - hyphen - 1);
        int at = ByteScanner.next((byte) '-', bytes, offset + hyphen, end);
        while (at < end) {
            int start = at - hyphen;
            if (Arrays.equals(
                    bytes, start, start + name.length(), name.array(), 0, name.length())) {
                return true;
            }
            at = ByteScanner.next((byte) '-', bytes, at + 1, end);
        }
        return false;
    }
}
