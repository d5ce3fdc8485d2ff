package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * What usually happens to htpasswd files on their way into a Secret. The likely cause helps more
 * than what is wrong with the line. Like all causes, it never has a part of the text.
 */
final class Accident {
    /**
     * Of quotes around a file of several lines, the first line has one and the last line the other.
     * So no user name can begin with a quote; no hash has one.
     */
    static final String IN_QUOTES =
            "the line, its hash or the file is in quotes: write it without them";

    private static final byte[] LITTLE_ENDIAN = {(byte) 0xff, (byte) 0xfe};
    private static final byte[] BIG_ENDIAN = {(byte) 0xfe, (byte) 0xff};

    /** Characters of base64 that are judged: whole groups of four, for a line with a long name. */
    private static final int LONG_ENOUGH = 400;

    private Accident() {}

    /** The likely cause why a line is none of an htpasswd file; empty if nothing is unusual. */
    static Optional<String> in(String line) {
        if (line.startsWith(" ") || line.startsWith("\t")) {
            return Optional.of("the line is indented: it has to begin with the user name");
        }
        if (isQuote(line.charAt(0))) {
            return Optional.of(IN_QUOTES);
        }
        if (line.startsWith(":$") || line.startsWith(":{")) {
            return Optional.of("a hash without a user name: both have to be on the same line");
        }
        if (line.indexOf(':') >= 0) {
            return Optional.empty();
        }
        if (line.startsWith("$") || line.startsWith("{SHA}") || line.startsWith("{SSHA}")) {
            return Optional.of("a hash without a user name: both have to be on the same line");
        }
        return isBase64OfLine(line.stripTrailing())
                ? Optional.of(
                        "base64 of an htpasswd file: the Secret's data is encoded once, stringData not"
                                + " at all")
                : Optional.empty();
    }

    /**
     * Whether a quote is at the beginning or the end of a hash. That its user has a line has to be
     * noted nevertheless: that line counts, and no later one.
     */
    static boolean isInQuotes(String hash) {
        return !hash.isEmpty()
                && (isQuote(hash.charAt(0)) || isQuote(hash.charAt(hash.length() - 1)));
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    /**
     * Also the first line of several that base64 was broken into, and the beginning of a long one.
     */
    private static boolean isBase64OfLine(String line) {
        String beginning = line.substring(0, Math.min(line.length(), LONG_ENOUGH));
        try {
            byte[] decoded = Base64.getDecoder().decode(beginning.getBytes(ISO_8859_1));
            String text = new String(decoded, ISO_8859_1);
            return text.chars().allMatch(c -> c == '\n' || c == '\r' || c >= ' ')
                    && (text.contains(":$") || text.contains(":{"));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** Whether a file is UTF-16, as editors and shells on Windows write it, with its mark. */
    static boolean isUtf16(byte[] content) {
        byte[] beginning = Arrays.copyOf(content, 2);
        return Arrays.equals(beginning, LITTLE_ENDIAN) || Arrays.equals(beginning, BIG_ENDIAN);
    }
}
