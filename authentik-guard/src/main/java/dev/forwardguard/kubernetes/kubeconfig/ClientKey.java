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
 * The private key of a client certificate. There are three kinds of PEM for it, none of which Java
 * 25 reads by itself: PKCS#8 for keys of any algorithm, and an older one each for RSA (PKCS#1;
 * kind, kubeadm, minikube) and for elliptic curves (SEC 1; k3s), which lack what PKCS#8 has around
 * the same bytes. Encrypted ones are refused: there is nobody to ask for a password.
 */
public final class ClientKey {
    /** No dash, so no headers: {@code DEK-Info: AES-128-CBC} says that a key is encrypted. */
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN (|RSA |EC )PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");

    private static final byte[] VERSION = {0x02, 1, 0};
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;

    private ClientKey() {}

    /**
     * @param pair the public half, out of the certificate
     */
    static PrivateKey read(byte[] pem, PublicKey pair) throws UnusableException {
        Matcher block = PEM.matcher(new String(pem, ISO_8859_1));
        if (!block.find()) {
            throw new UnusableException();
        }
        try {
            byte[] key = Base64.getDecoder().decode(block.group(2).replaceAll("\\s", ""));
            byte[] pkcs8 = block.group(1).isEmpty() ? key : pkcs8(key, pair);
            return KeyFactory.getInstance(pair.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableException();
        }
    }

    /** RFC 5208: version, algorithm, key. The algorithm, and the curve, are those of the pair. */
    private static byte[] pkcs8(byte[] key, PublicKey pair) {
        return element(SEQUENCE, VERSION, algorithm(pair.getEncoded()), element(OCTETS, key));
    }

    /**
     * RFC 5280: a public key is a sequence, too, with the algorithm in front. It is always short.
     */
    private static byte[] algorithm(byte[] key) {
        int start = key[1] > 0 ? 2 : 2 + (key[1] & 0x7f);
        return Arrays.copyOfRange(key, start, start + 2 + key[start + 1]);
    }

    /** In DER: a tag, the length in as few bytes as it needs, the contents. */
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

    /** Encrypted, no key at all, or none of the certificate's kind. */
    public static final class UnusableException extends GeneralSecurityException {
        private static final long serialVersionUID = 1;
    }
}
