package dev.forwardguard.htpasswd;

import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * User and password as a client presented them (RFC 7617). The user is text, because it is compared
 * with names and logged; the password is bytes, because hashes are over bytes and an old client may
 * well send Latin-1. The password never prints.
 */
public final class Credentials {
    /** The most that a token may decode to, colon included. */
    static final int MAX_BYTES = 4096;

    /**
     * {@code auth-scheme 1*SP token68} (RFC 9110 §11.4); white space behind it is no part of it.
     */
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
     * The credentials in a request, or none when there is anything unusual about them: no or
     * several field values (which of them counts would be a guess), another scheme, a TAB after the
     * scheme, base64 that is not canonical, more than 4 KiB, no colon, or a user that is not UTF-8
     * or has control characters.
     *
     * <p>A NUL in the password means none as well: programs written in C, {@code htpasswd} among
     * them, hash what stands before it, so that anything could follow a right password. Other
     * control characters are let through to the hash: refusing them protects nothing.
     *
     * @param authorizationValues every {@code Authorization} field value; its characters are bytes
     *     (ISO 8859-1), as HTTP servers hand them over
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

    /** The first colon splits: a user cannot hold one, a password can (RFC 7617 §2). */
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

    /** May be empty; nobody is called that, so it never authenticates. */
    public String user() {
        return user;
    }

    /** A copy. May be empty, and need not be UTF-8. */
    public byte[] password() {
        return password.clone();
    }

    /** In a time that does not depend on where two passwords begin to differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Credentials that
                && user.equals(that.user)
                && MessageDigest.isEqual(password, that.password);
    }

    /** Of the user alone: a hash table must not become a way to learn about passwords. */
    @Override
    public int hashCode() {
        return user.hashCode();
    }

    /** The user is quoted by nobody here: escape it before it goes into a log. */
    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=***]";
    }
}
