package dev.forwardguard.authentik.emergency.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.HtpasswdEntry;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the cookie of an emergency session says, as {@link SignedClaims}: the expiry in seconds
 * since 1970, eight bytes; the length of the user's name, one byte; the name in UTF-8; the host.
 * The hash of the user's line in the htpasswd file is signed with it: with another line, or another
 * key, no token is genuine any more.
 *
 * @param user of the htpasswd file
 * @param host that it is for: lower case, no port
 * @param expires in whole seconds
 */
record SessionToken(String user, String host, Instant expires) {
    private static final String VERSION = "1";
    private static final int FIXED_BYTES = Long.BYTES + 1;
    private static final int LONGEST_NAME = 255; // bytes, of a user and of a host

    /** A longer text is none: 255 bytes each for user and host. */
    static final int LONGEST = SignedClaims.length(VERSION, FIXED_BYTES + 2 * LONGEST_NAME);

    /** The text of the token, for a user with this line. */
    String encode(HtpasswdEntry line, SessionKey key) {
        byte[] name = user.getBytes(UTF_8);
        byte[] place = host.getBytes(US_ASCII);
        byte[] claims =
                ByteBuffer.allocate(FIXED_BYTES + name.length + place.length)
                        .putLong(expires.getEpochSecond())
                        .put((byte) name.length)
                        .put(name)
                        .put(place)
                        .array();
        return SignedClaims.sign(VERSION, claims, bytes(line), key).text();
    }

    /**
     * Reads a token. Empty if it is not genuine, in whatever way. Whether it has expired, and for
     * which host it is, is not looked at.
     *
     * @param lines the lines of the users in force
     */
    static Optional<SessionToken> decode(
            String text, Function<String, Optional<HtpasswdEntry>> lines, SessionKey key) {
        return text.length() > LONGEST
                ? Optional.empty()
                : SignedClaims.read(VERSION, text).flatMap(read -> genuine(read, lines, key));
    }

    private static Optional<SessionToken> genuine(
            SignedClaims read, Function<String, Optional<HtpasswdEntry>> lines, SessionKey key) {
        byte[] claims = read.claims();
        if (claims.length <= FIXED_BYTES) {
            return Optional.empty();
        }
        int endOfUser = FIXED_BYTES + (claims[Long.BYTES] & 0xFF);
        if (endOfUser > claims.length) {
            return Optional.empty();
        }
        String user = new String(claims, FIXED_BYTES, endOfUser - FIXED_BYTES, UTF_8);
        Optional<HtpasswdEntry> line = lines.apply(user);
        // compared for unknown users, too: who there is, is nobody's business
        boolean genuine = read.isGenuine(bytes(line.orElse(new HtpasswdEntry(user, ""))), key);
        if (!genuine || line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new SessionToken(
                        user,
                        new String(claims, endOfUser, claims.length - endOfUser, US_ASCII),
                        Instant.ofEpochSecond(ByteBuffer.wrap(claims).getLong())));
    }

    private static byte[] bytes(HtpasswdEntry line) {
        return line.hash().getBytes(ISO_8859_1);
    }

    /** Whether it holds at this moment and for this host. */
    boolean holds(Instant now, Instant latestExpiry, String here) {
        return expires.isAfter(now) && !expires.isAfter(latestExpiry) && host.equals(here);
    }
}
