package dev.forwardguard.htpasswd;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The message digests that the password formats use. */
enum DigestAlgorithm {
    MD5("MD5"),
    SHA_1("SHA-1"),
    SHA_256("SHA-256"),
    SHA_512("SHA-512");

    private final String name;

    DigestAlgorithm(String name) {
        this.name = name;
    }

    MessageDigest start() {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java has no " + name, missing);
        }
    }
}
