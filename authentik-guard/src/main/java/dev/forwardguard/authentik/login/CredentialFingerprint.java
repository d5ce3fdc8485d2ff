package dev.forwardguard.authentik.login;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.htpasswd.Credentials;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns credentials into something that may be kept: an HMAC-SHA-256 under a key that this process
 * drew and never writes down. Whoever gets hold of it can neither try passwords against it nor
 * recognise it in another process.
 */
final class CredentialFingerprint {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    CredentialFingerprint() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        secret = new SecretKeySpec(random, ALGORITHM);
    }

    /**
     * The key of these credentials from this address. Lengths come first, so that no two inputs are
     * the same bytes.
     */
    ByteBuffer of(ClientAddress address, Credentials credentials) {
        ByteBuffer from = address.network();
        byte[] user = credentials.user().getBytes(UTF_8);
        byte[] password = credentials.password();
        ByteBuffer lengths = ByteBuffer.allocate(2 * Integer.BYTES);
        lengths.putInt(from.remaining()).putInt(user.length).flip();
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(lengths);
            mac.update(from);
            mac.update(user);
            return ByteBuffer.wrap(mac.doFinal(password)).asReadOnlyBuffer();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, missing);
        }
    }
}
