package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds every user that an {@code Authorization} header could name. This is the counterpart of
 * {@link Credentials}. {@code Credentials} decides who gets in and is strict. This class decides
 * which headers must not be forwarded and is lenient: a spelling that the guard rejects could still
 * carry an emergency password to a server that understands it. A false match only costs one header.
 * Never use the result to grant access.
 */
public final class ClaimedUsers {
    /** Matches anywhere: a proxy may join headers with commas, or another scheme may come first. */
    private static final Pattern SCHEME = Pattern.compile("(?i)basic");

    /** No line of an htpasswd file is longer, so no relevant user name is. */
    private static final int MAX_USER = Htpasswd.MAX_LINE_BYTES;

    private ClaimedUsers() {}

    /**
     * Returns the possible user names. Accepts any or no white space after the scheme, several
     * values, several credentials in one value, standard and URL-safe base64, with or without
     * padding, with junk in between, and even credentials that are not encoded. Each name is
     * returned as UTF-8 and as ISO 8859-1, both as found and with surrounding white space removed.
     * The stream is lazy, because a hostile header can name thousands: {@code
     * ClaimedUsers.in(values).anyMatch(htpasswd::hasUser)}.
     */
    public static Stream<String> in(List<String> authorizationValues) {
        return authorizationValues.stream()
                .flatMap(
                        value ->
                                SCHEME.matcher(value)
                                        .results()
                                        .map(scheme -> value.substring(scheme.end()))
                                        .flatMap(ClaimedUsers::readings));
    }

    private static Stream<String> readings(String afterScheme) {
        return Stream.of(decodedUser(afterScheme), plainUser(afterScheme))
                .flatMap(Optional::stream)
                .flatMap(user -> Stream.of(new String(user, UTF_8), new String(user, ISO_8859_1)))
                .flatMap(name -> Stream.of(name, name.strip()));
    }

    /** Decodes base64 up to the first colon and skips all characters outside of its alphabet. */
    private static Optional<byte[]> decodedUser(String value) {
        var user = new ByteArrayOutputStream();
        int bits = 0;
        int length = 0;
        for (int at = 0; at < value.length() && user.size() <= MAX_USER; at++) {
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
                    return Optional.of(user.toByteArray());
                }
                user.write(octet);
            }
        }
        return Optional.empty();
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

    private static Optional<byte[]> plainUser(String value) {
        int colon = value.indexOf(':');
        return colon < 0 || colon > MAX_USER
                ? Optional.empty()
                : Optional.of(value.substring(0, colon).getBytes(ISO_8859_1));
    }
}
