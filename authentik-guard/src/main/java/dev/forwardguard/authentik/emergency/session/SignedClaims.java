package dev.forwardguard.authentik.emergency.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What the guard itself said, in a form that only it can have written: {@code VERSION.MAC.CLAIMS},
 * MAC and claims in base64url (RFC 4648 section 5) without padding. The MAC is an HMAC-SHA-256 over
 * the version, the claims, and what has to be the same when it is read.
 *
 * @param version what kind of claims they are, without a dot
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SignedClaims(String version, byte[] mac, byte[] claims) {
    private static final int MAC_LENGTH = 43; // 32 bytes in base64url

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    /**
     * Signs claims.
     *
     * @param bound signed with them, but not part of the text
     */
    static SignedClaims sign(String version, byte[] claims, byte[] bound, SessionKey key) {
        return new SignedClaims(version, mac(version, claims, bound, key), claims);
    }

    /** The number of characters of claims with this number of bytes. */
    static int length(String version, int bytes) {
        return version.length() + 1 + MAC_LENGTH + 1 + (bytes * 4 + 2) / 3;
    }

    /** Reads claims that may be genuine. Empty if they are not of this version. */
    static Optional<SignedClaims> read(String version, String text) {
        int start = version.length() + 1;
        int end = start + MAC_LENGTH;
        if (text.length() <= end || !text.startsWith(version + '.') || text.charAt(end) != '.') {
            return Optional.empty();
        }
        Optional<byte[]> mac = bytes(text.substring(start, end));
        Optional<byte[]> claims = bytes(text.substring(end + 1));
        return mac.isPresent() && claims.isPresent()
                ? Optional.of(new SignedClaims(version, mac.get(), claims.get()))
                : Optional.empty();
    }

    /** Whether the guard signed them, or another replica with the same key. */
    boolean isGenuine(byte[] bound, SessionKey key) {
        return MessageDigest.isEqual(mac(version, claims, bound, key), mac);
    }

    String text() {
        return version + '.' + ENCODER.encodeToString(mac) + '.' + ENCODER.encodeToString(claims);
    }

    private static byte[] mac(String version, byte[] claims, byte[] bound, SessionKey key) {
        return key.authenticate(List.of(version.getBytes(US_ASCII), claims, bound));
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

    /** Neither what was said nor the MAC. */
    @Override
    public String toString() {
        return "SignedClaims[" + version + "]";
    }
}
