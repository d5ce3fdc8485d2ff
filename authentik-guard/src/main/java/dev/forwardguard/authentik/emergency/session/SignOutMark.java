package dev.forwardguard.authentik.emergency.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What the cookie says after a sign-out, as {@link SignedClaims}: the expiry in seconds since 1970,
 * eight bytes; the host. The browser may still remember the password, and would sign its user in
 * again: the mark is for refusing it once, which makes browsers forget it.
 *
 * @param host that it is for: lower case, no port
 * @param expires in whole seconds
 */
record SignOutMark(String host, Instant expires) {
    private static final String VERSION = "out1";
    private static final byte[] NOTHING_ELSE = {};

    /** A longer text is none: 253 bytes for the host (RFC 1035 section 2.3.4). */
    static final int LONGEST = SignedClaims.length(VERSION, Long.BYTES + 253);

    String encode(SessionKey key) {
        byte[] place = host.getBytes(US_ASCII);
        byte[] claims =
                ByteBuffer.allocate(Long.BYTES + place.length)
                        .putLong(expires.getEpochSecond())
                        .put(place)
                        .array();
        return SignedClaims.sign(VERSION, claims, NOTHING_ELSE, key).text();
    }

    /** Reads a mark. Empty if it is not genuine. Whether it holds is not looked at. */
    static Optional<SignOutMark> decode(String text, SessionKey key) {
        return Optional.of(text)
                .filter(any -> any.length() <= LONGEST)
                .flatMap(any -> SignedClaims.read(VERSION, any))
                .filter(read -> read.claims().length > Long.BYTES)
                .filter(read -> read.isGenuine(NOTHING_ELSE, key))
                .map(SignedClaims::claims)
                .map(
                        claims ->
                                new SignOutMark(
                                        new String(
                                                claims,
                                                Long.BYTES,
                                                claims.length - Long.BYTES,
                                                US_ASCII),
                                        Instant.ofEpochSecond(ByteBuffer.wrap(claims).getLong())));
    }

    /** Whether it holds at this moment and for this host. */
    boolean holds(Instant now, String here) {
        return expires.isAfter(now) && host.equals(here);
    }
}
