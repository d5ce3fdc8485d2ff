package dev.forwardguard.authentik.emergency.session;

import dev.forwardguard.live.InvalidContentException;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that makes a token of an emergency session genuine. All replicas need the same one.
 * Whoever knows it can make sessions, so it is never shown.
 */
public final class SessionKey {
    /** As many as a HMAC-SHA-256 has (RFC 2104 section 3). */
    static final int LEAST_BYTES = 32;

    /** So many letters 32 bytes have in base64. */
    static final int LEAST_LETTERS = 43;

    static final int MOST_BYTES = 4096;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private SessionKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * Reads a key: bytes, or text such as base64, which is not decoded, because its letters are as
     * good a key as its bytes. White space around text does not count.
     *
     * @throws InvalidContentException if it has fewer than 32 bytes, or 43 letters, or more than
     *     4,096 of them
     */
    public static SessionKey parse(byte[] content) {
        boolean text = isText(content);
        byte[] bytes = text ? strip(content) : content;
        if (bytes.length < (text ? LEAST_LETTERS : LEAST_BYTES)) {
            throw new InvalidContentException(
                    "shorter than 32 bytes, which are 43 letters in base64");
        }
        if (bytes.length > MOST_BYTES) {
            throw new InvalidContentException("longer than " + MOST_BYTES + " bytes");
        }
        return new SessionKey(bytes);
    }

    /** A key that nobody else has. */
    public static SessionKey random() {
        byte[] bytes = new byte[LEAST_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new SessionKey(bytes);
    }

    private static boolean isText(byte[] content) {
        for (byte each : content) {
            if (!isBlank(each) && (each < '!' || each > '~')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte each) {
        return each == ' ' || (each >= '\t' && each <= '\r');
    }

    private static byte[] strip(byte[] text) {
        int start = 0;
        int end = text.length;
        while (start < end && isBlank(text[start])) {
            start++;
        }
        while (end > start && isBlank(text[end - 1])) {
            end--;
        }
        return Arrays.copyOfRange(text, start, end);
    }

    /** The HMAC of these parts. The lengths are in it, so that no two lists have the same. */
    byte[] authenticate(List<byte[]> parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            for (byte[] part : parts) {
                mac.update(
                        new byte[] {
                            (byte) (part.length >>> 24),
                            (byte) (part.length >>> 16),
                            (byte) (part.length >>> 8),
                            (byte) part.length
                        });
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, missing);
        }
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "SessionKey";
    }
}
