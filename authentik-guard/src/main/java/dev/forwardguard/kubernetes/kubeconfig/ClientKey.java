package dev.forwardguard.kubernetes.kubeconfig;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the private key of a client certificate. There are three PEM formats, none of which Java 25
 * reads by itself: PKCS#8 for keys of any algorithm, and two older ones, for RSA (PKCS#1; kind,
 * kubeadm, minikube) and for elliptic curves (SEC 1; k3s). The older ones contain the same bytes
 * without the PKCS#8 wrapper. Encrypted keys are rejected, because the guard cannot ask for a
 * password.
 */
public final class ClientKey {
    /**
     * The body has no dashes and so no headers: {@code DEK-Info: AES-128-CBC} marks an encrypted
     * key.
     */
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN (|RSA |EC )PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");

    private static final byte[] VERSION = {0x02, 1, 0};
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;

    private ClientKey() {}

    /**
     * Reads a key.
     *
     * @param publicKey the certificate's public key
     * @throws UnusableException if the key is encrypted, malformed, or of another algorithm
     */
    static PrivateKey read(byte[] pem, PublicKey publicKey) throws UnusableException {
        Matcher block = PEM.matcher(new String(pem, ISO_8859_1));
        if (!block.find()) {
            throw new UnusableException();
        }
        try {
            byte[] key = Base64.getDecoder().decode(block.group(2).replaceAll("\\s", ""));
            byte[] pkcs8 = block.group(1).isEmpty() ? key : pkcs8(key, publicKey);
            return KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableException();
        }
    }

    /** Wraps a key as in RFC 5208: version, algorithm (with curve) of the public key, key. */
    private static byte[] pkcs8(byte[] key, PublicKey publicKey) {
        return element(SEQUENCE, VERSION, algorithm(publicKey.getEncoded()), element(OCTETS, key));
    }

    /**
     * Extracts the algorithm, which comes first in a public key (RFC 5280) and is always shorter
     * than 128 bytes.
     */
    private static byte[] algorithm(byte[] key) {
        int start = key[1] > 0 ? 2 : 2 + (key[1] & 0x7f);
        return Arrays.copyOfRange(key, start, start + 2 + key[start + 1]);
    }

    /** Encodes a DER element: tag, length in as few bytes as possible, contents. */
    private static byte[] element(int tag, byte[]... contents) {
        var body = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            body.writeBytes(each);
        }
        int length = body.size();
        var element = new ByteArrayOutputStream();
        element.write(tag);
        if (length > 0xff) {
            element.write(0x82);
            element.write(length >> 8);
        } else if (length > 0x7f) {
            element.write(0x81);
        }
        element.write(length);
        element.writeBytes(body.toByteArray());
        return element.toByteArray();
    }

    /** Thrown for a key that is encrypted, malformed, or not of the certificate's algorithm. */
    public static final class UnusableException extends GeneralSecurityException {
        private static final long serialVersionUID = 1;
    }
}
