package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * User and password as a client presented them (RFC 7617). The user is text, because it is compared
 * with names and logged. The password is bytes, because hashes are computed over bytes and old
 * clients may send Latin-1. The password is never printed.
 */
public final class Credentials {
    /** The maximum decoded size of the token, colon included. */
    static final int MAX_BYTES = 4096;

    /** {@code auth-scheme 1*SP token68} (RFC 9110 §11.4); trailing white space is ignored. */
    private static final Pattern BASIC =
            Pattern.compile("(?i:Basic) ++([A-Za-z0-9+/]++={0,2})[ \t]*+");

    private static final int MAX_TOKEN = (MAX_BYTES + 2) / 3 * 4;

    private final String user;
    private final byte[] password;

    private Credentials(String user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Parses the credentials of a request. Returns empty if anything about them is unusual: no or
     * several field values (choosing one would be a guess), another scheme, a TAB after the scheme,
     * base64 that is not canonical, more than 4 KiB, no colon, or a user that {@link Username}
     * rejects (not UTF-8, control characters, surrounding white space).
     *
     * <p>Also returns empty for a NUL in the password: programs written in C, such as {@code
     * htpasswd}, hash only what comes before it, so a correct password followed by NUL and anything
     * else would match. Other control characters are passed to the hash; rejecting them would
     * protect nothing.
     *
     * @param authorizationValues every {@code Authorization} field value; each character stands for
     *     one byte (ISO 8859-1), as HTTP servers provide them
     */
    public static Optional<Credentials> parse(List<String> authorizationValues) {
        if (authorizationValues.size() != 1) {
            return Optional.empty();
        }
        Matcher basic = BASIC.matcher(authorizationValues.getFirst());
        if (!basic.matches() || basic.end(1) - basic.start(1) > MAX_TOKEN) {
            return Optional.empty();
        }
        return StrictBase64.decode(basic.group(1)).flatMap(Credentials::split);
    }

    /**
     * Credentials that a person has typed, under the same rules: empty if the user contains a colon
     * as well.
     */
    public static Optional<Credentials> typed(String user, String password) {
        return user.indexOf(':') >= 0
                ? Optional.empty()
                : split((user + ':' + password).getBytes(UTF_8));
    }

    /** Splits at the first colon: a user cannot contain one, a password can (RFC 7617 §2). */
    private static Optional<Credentials> split(byte[] userPass) {
        int colon = 0;
        while (colon < userPass.length && userPass[colon] != ':') {
            colon++;
        }
        if (colon == userPass.length || userPass.length > MAX_BYTES) {
            return Optional.empty();
        }
        byte[] password = Arrays.copyOfRange(userPass, colon + 1, userPass.length);
        for (byte b : password) {
            if (b == 0) {
                return Optional.empty();
            }
        }
        return Username.decode(Arrays.copyOf(userPass, colon))
                .map(user -> new Credentials(user, password));
    }

    /** The user. May be empty; no entry has an empty user, so it never authenticates. */
    public String user() {
        return user;
    }

    /** A copy of the password. May be empty, and is not necessarily UTF-8. */
    public byte[] password() {
        return password.clone();
    }

    /** Compares passwords in constant time. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Credentials that
                && user.equals(that.user)
                && MessageDigest.isEqual(password, that.password);
    }

    /** Uses only the user, so that a hash table reveals nothing about passwords. */
    @Override
    public int hashCode() {
        return user.hashCode();
    }

    /** Does not escape the user: escape the text before logging it. */
    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=***]";
    }
}
