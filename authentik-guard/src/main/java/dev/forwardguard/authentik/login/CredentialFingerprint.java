package dev.forwardguard.authentik.login;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.client.ClientAddress;
import dev.forwardguard.htpasswd.Credentials;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns credentials into a key that is safe to keep in memory: an HMAC-SHA-256 under a random
 * secret that this process generates and never writes down. An attacker who obtains such a key can
 * neither try passwords against it nor recognise it in another process.
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
     * Computes the key of these credentials from this address. The lengths come first, so that no
     * two inputs have the same bytes.
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
