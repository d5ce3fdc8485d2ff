package dev.forwardguard.htpasswd;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A SHA-1 hash: {@code {SHA}}, as {@code htpasswd -s} writes it, or {@code {SSHA}}, as LDAP servers
 * do. The first is base64 of the password's SHA-1; the second is base64 of the SHA-1 of password
 * and salt, followed by the salt. They are fast, and so the weakest formats that are accepted.
 */
public final class Sha1 implements PasswordHash {
    private static final int DIGEST_BYTES = 20;

    private final byte[] digest;
    private final byte[] salt;

    private Sha1(byte[] digest, byte[] salt) {
        this.digest = digest;
        this.salt = salt;
    }

    static Sha1 parse(String text) throws UnusableLineException {
        boolean salted = text.startsWith("{SSHA}");
        byte[] decoded =
                StrictBase64.decode(text.substring(text.indexOf('}') + 1))
                        .filter(it -> (it.length > DIGEST_BYTES) == salted)
                        .filter(it -> it.length >= DIGEST_BYTES)
                        .orElseThrow(() -> new UnusableLineException("malformed SHA-1 hash"));
        return new Sha1(
                Arrays.copyOf(decoded, DIGEST_BYTES),
                Arrays.copyOfRange(decoded, DIGEST_BYTES, decoded.length));
    }

    @Override
    public boolean matches(byte[] password) {
        MessageDigest sha = DigestAlgorithm.SHA_1.start();
        sha.update(password);
        return MessageDigest.isEqual(digest, sha.digest(salt));
    }

    @Override
    public String algorithm() {
        return "SHA-1";
    }

    @Override
    public int cost() {
        return 1;
    }

    @Override
    public String toString() {
        return salt.length == 0 ? "Sha1[]" : "Sha1[salted]";
    }
}
