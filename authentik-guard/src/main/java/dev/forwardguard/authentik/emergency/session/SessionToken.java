package dev.forwardguard.authentik.emergency.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.HtpasswdEntry;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the cookie of an emergency session says: {@code 1.MAC.CLAIMS}, both in base64url (RFC 4648
 * section 5) without padding. The claims are the expiry in seconds since 1970, eight bytes; the
 * length of the user's name, one byte; the name in UTF-8; the host. The MAC is an HMAC-SHA-256 over
 * version, claims and the hash of the user's line in the htpasswd file: with another line, or
 * another key, no token is genuine any more.
 *
 * @param user of the htpasswd file
 * @param host that it is for: lower case, no port
 * @param expires in whole seconds
 */
record SessionToken(String user, String host, Instant expires) {
    private static final String VERSION = "1.";
    private static final int MAC_LENGTH = 43; // 32 bytes in base64url
    private static final int FIXED_BYTES = Long.BYTES + 1;
    private static final int LONGEST_USER = 255; // bytes; the limit of the htpasswd file

    /** A longer text is none: 255 bytes each for user and host. */
    static final int LONGEST =
            VERSION.length() + MAC_LENGTH + 1 + (FIXED_BYTES + 2 * LONGEST_USER) * 4 / 3 + 1;

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

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
        return VERSION
                + ENCODER.encodeToString(mac(claims, line, key))
                + '.'
                + ENCODER.encodeToString(claims);
    }

    /**
     * Reads a token. Empty if it is not genuine, in whatever way. Whether it has expired, and for
     * which host it is, is not looked at.
     *
     * @param lines the lines of the users in force
     */
    static Optional<SessionToken> decode(
            String text, Function<String, Optional<HtpasswdEntry>> lines, SessionKey key) {
        int end = VERSION.length() + MAC_LENGTH;
        if (text.length() > LONGEST
                || text.length() <= end + 1
                || !text.startsWith(VERSION)
                || text.charAt(end) != '.') {
            return Optional.empty();
        }
        Optional<byte[]> mac = bytes(text.substring(VERSION.length(), end));
        Optional<byte[]> claims = bytes(text.substring(end + 1));
        if (mac.isEmpty() || claims.isEmpty() || claims.get().length <= FIXED_BYTES) {
            return Optional.empty();
        }
        byte[] known = claims.get();
        int endOfUser = FIXED_BYTES + (known[Long.BYTES] & 0xFF);
        if (endOfUser > known.length) {
            return Optional.empty();
        }
        String user = new String(known, FIXED_BYTES, endOfUser - FIXED_BYTES, UTF_8);
        Optional<HtpasswdEntry> line = lines.apply(user);
        // compared for unknown users, too: who there is, is nobody's business
        byte[] genuine = mac(known, line.orElse(new HtpasswdEntry(user, "")), key);
        if (!MessageDigest.isEqual(genuine, mac.get()) || line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new SessionToken(
                        user,
                        new String(known, endOfUser, known.length - endOfUser, US_ASCII),
                        Instant.ofEpochSecond(ByteBuffer.wrap(known).getLong())));
    }

    private static byte[] mac(byte[] claims, HtpasswdEntry line, SessionKey key) {
        return key.authenticate(
                List.of(VERSION.getBytes(US_ASCII), claims, line.hash().getBytes(ISO_8859_1)));
    }

    /** Strictly: only the text that these bytes are encoded to. */
    private static Optional<byte[]> bytes(String text) {
        try {
            byte[] decoded = DECODER.decode(text.getBytes(ISO_8859_1));
            return Arrays.equals(ENCODER.encode(decoded), text.getBytes(ISO_8859_1))
                    ? Optional.of(decoded)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether it holds at this moment and for this host. */
    boolean holds(Instant now, Instant latestExpiry, String here) {
        return expires.isAfter(now) && !expires.isAfter(latestExpiry) && host.equals(here);
    }
}
