package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MD5-crypt hash: {@code $apr1$}, which {@code htpasswd} writes by default, or {@code $1$}, the
 * same algorithm with another magic string. The algorithm is Poul-Henning Kamp's, from FreeBSD 2.0.
 * A check costs a thousand MD5 digests, about a millisecond.
 */
public final class Md5Crypt implements PasswordHash {
    /** The last character holds 2 bits; crypt(3) never prints more. */
    private static final Pattern FORM =
            Pattern.compile(
                    "(\\$(?:apr1|1)\\$)("
                            + CryptBase64.SALT_CHARACTER
                            + "{0,8})\\$([./0-9A-Za-z]{21}[./01])");

    private static final int ROUNDS = 1000;

    private static final int[] ORDER = {0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11};

    private final byte[] magic;
    private final byte[] salt;
    private final byte[] text;

    private Md5Crypt(String magic, String salt, String text) {
        this.magic = magic.getBytes(US_ASCII);
        this.salt = salt.getBytes(US_ASCII);
        this.text = text.getBytes(US_ASCII);
    }

    /** Rejects a salt of more than 8 characters: crypt(3) would cut it and so never match. */
    static Md5Crypt parse(String text) throws UnusableLineException {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UnusableLineException("malformed MD5-crypt hash");
        }
        return new Md5Crypt(form.group(1), form.group(2), form.group(3));
    }

    @Override
    public boolean matches(byte[] password) {
        MessageDigest md5 = DigestAlgorithm.MD5.start();
        byte[] digest = rounds(ROUNDS, md5, first(md5, password), password, salt);
        return MessageDigest.isEqual(text, CryptBase64.encode(digest, ORDER).getBytes(US_ASCII));
    }

    /** The rounds, which SHA-crypt has taken over. */
    static byte[] rounds(
            int rounds, MessageDigest algorithm, byte[] first, byte[] password, byte[] salt) {
        byte[] digest = first;
        for (int round = 0; round < rounds; round++) {
            boolean odd = round % 2 == 1;
            algorithm.update(odd ? password : digest);
            if (round % 3 != 0) {
                algorithm.update(salt);
            }
            if (round % 7 != 0) {
                algorithm.update(password);
            }
            algorithm.update(odd ? digest : password);
            digest = algorithm.digest();
        }
        return digest;
    }

    @Override
    public String algorithm() {
        return "MD5-crypt";
    }

    @Override
    public int cost() {
        return ROUNDS;
    }

    private byte[] first(MessageDigest md5, byte[] password) {
        md5.update(password);
        md5.update(salt);
        byte[] alternate = md5.digest(password);

        md5.update(password);
        md5.update(magic);
        md5.update(salt);
        for (int left = password.length; left > 0; left -= alternate.length) {
            md5.update(alternate, 0, Math.min(left, alternate.length));
        }
        // One byte per bit of the length. The author meant to use the digest's first byte where
        // there is a zero, but had already cleared that buffer. The bug of 1994 became the format.
        for (int bits = password.length; bits > 0; bits >>= 1) {
            md5.update((bits & 1) == 1 ? 0 : password[0]);
        }
        return md5.digest();
    }

    @Override
    public String toString() {
        return "Md5Crypt[]";
    }
}
