package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Predicate;

/**
 * Tells whether an {@code Authorization} header could name one of certain users. This is the
 * counterpart of {@link Credentials}. {@code Credentials} decides who gets in and is strict. This
 * class decides which headers must not be forwarded and is lenient: a spelling that the guard
 * rejects could still carry an emergency password to a server that understands it. A false match
 * only costs one header. Never use the result to grant access.
 *
 * <p>The work is bounded, because visitors choose the header: apart from the search for the word
 * {@code Basic}, at most {@value #MAX_READINGS} times {@value #MAX_READING} characters are looked
 * at. What would need more counts as a match.
 */
public final class ClaimedUsers {
    /** Found anywhere: a proxy may join headers with commas, or another scheme may come first. */
    private static final String SCHEME = "basic";

    /** How many occurrences of the scheme are looked at, in all values together. */
    static final int MAX_READINGS = 8;

    /** How many characters after an occurrence are looked at. */
    static final int MAX_READING = 8 * 1024;

    /** No line of an htpasswd file is longer, so no relevant user name is. */
    private static final int MAX_USER = Htpasswd.MAX_LINE_BYTES;

    private ClaimedUsers() {}

    /**
     * Whether the values name one of the users, or it cannot be told. Accepts any or no white space
     * after the scheme, several values, several credentials in one value, standard and URL-safe
     * base64, with or without padding, with junk in between, and even credentials that are not
     * encoded. Each name is tried as UTF-8 and as ISO 8859-1, both as found and with surrounding
     * white space removed.
     *
     * @param authorizationValues every {@code Authorization} field value; each character stands for
     *     one byte (ISO 8859-1)
     * @param users whether a name is that of a user; called at most {@code 8 * MAX_READINGS} times
     */
    public static boolean mayName(List<String> authorizationValues, Predicate<String> users) {
        int readings = 0;
        for (String value : authorizationValues) {
            for (int at = afterScheme(value, 0); at >= 0; at = afterScheme(value, at)) {
                readings++;
                if (readings > MAX_READINGS || readingMayName(value, at, users)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the word {@code Basic} occurs, so that the values may have a password at all. */
    public static boolean mentionScheme(List<String> authorizationValues) {
        for (String value : authorizationValues) {
            if (afterScheme(value, 0) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Where the next occurrence of the scheme ends, or -1. */
    private static int afterScheme(String value, int from) {
        int last = value.length() - SCHEME.length();
        for (int at = from; at <= last; at++) {
            if ((value.charAt(at) | 0x20) == 'b'
                    && value.regionMatches(true, at, SCHEME, 0, SCHEME.length())) {
                return at + SCHEME.length();
            }
        }
        return -1;
    }

    private static boolean readingMayName(String value, int from, Predicate<String> users) {
        int end = Math.min(value.length(), from + MAX_READING);
        return plainMayName(value, from, end, users) || decodedMayName(value, from, end, users);
    }

    /** Always decided within the limit: it is longer than a name. */
    private static boolean plainMayName(String value, int from, int end, Predicate<String> users) {
        int colon = value.indexOf(':', from, Math.min(end, from + MAX_USER + 1));
        return colon >= 0 && isUser(value.substring(from, colon).getBytes(ISO_8859_1), users);
    }

    /**
     * Decodes base64 up to the first colon and skips all characters outside of its alphabet. With
     * many of those the limit may come first.
     */
    private static boolean decodedMayName(
            String value, int from, int end, Predicate<String> users) {
        var user = new ByteArrayOutputStream();
        int bits = 0;
        int length = 0;
        for (int at = from; at < end; at++) {
            int sextet = sextet(value.charAt(at));
            if (sextet < 0) {
                continue;
            }
            bits = (bits << 6) | sextet;
            length += 6;
            if (length >= 8) {
                length -= 8;
                int octet = (bits >> length) & 0xff;
                if (octet == ':') {
                    return isUser(user.toByteArray(), users);
                }
                user.write(octet);
                if (user.size() > MAX_USER) {
                    return false;
                }
            }
        }
        return end < value.length();
    }

    private static int sextet(char c) {
        return switch (c) {
            case '+', '-' -> 62;
            case '/', '_' -> 63;
            default -> {
                if (c >= 'A' && c <= 'Z') {
                    yield c - 'A';
                }
                if (c >= 'a' && c <= 'z') {
                    yield c - 'a' + 26;
                }
                yield c >= '0' && c <= '9' ? c - '0' + 52 : -1;
            }
        };
    }

    private static boolean isUser(byte[] name, Predicate<String> users) {
        return isUser(new String(name, UTF_8), users)
                || isUser(new String(name, ISO_8859_1), users);
    }

    private static boolean isUser(String name, Predicate<String> users) {
        return users.test(name) || users.test(name.strip());
    }
}
