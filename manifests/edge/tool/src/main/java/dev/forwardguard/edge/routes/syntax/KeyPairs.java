package dev.forwardguard.edge.routes.syntax;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;

/**
 * Whether a private key and a public key are a pair: RSA keys have the same modulus; with the other
 * kinds, one confirms what the other signs.
 */
final class KeyPairs {
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "Ed25519");
    private static final byte[] PROBE = {1, 2, 3, 4};

    private KeyPairs() {}

    static void require(PublicKey publicKey, Pem.Block privateKey) throws PemException {
        String algorithm = publicKey.getAlgorithm();
        String signature = SIGNATURES.get(algorithm);
        if (signature == null) {
            throw new PemException(algorithm + " keys are not for TLS: use RSA, EC or Ed25519");
        }
        boolean pair;
        try {
            pair = confirms(publicKey, privateKey, signature);
        } catch (GeneralSecurityException e) {
            pair = false;
        }
        if (!pair) {
            throw new PemException("is not the key of the certificate");
        }
    }

    private static boolean confirms(PublicKey publicKey, Pem.Block block, String algorithm)
            throws GeneralSecurityException {
        byte[] pkcs8 =
                block.label().equals("PRIVATE KEY") ? block.der() : pkcs8(publicKey, block.der());
        PrivateKey key =
                KeyFactory.getInstance(publicKey.getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        if (key instanceof RSAKey mine && publicKey instanceof RSAKey theirs) {
            return mine.getModulus().equals(theirs.getModulus());
        }
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(PROBE);
        return signature.verify(signed);
    }

    /**
     * PKCS #8 around a key of PKCS #1 or SEC 1 (RFC 5208). The algorithm is the one of the public
     * key: if it is another one, the two are no pair anyway.
     */
    private static byte[] pkcs8(PublicKey publicKey, byte[] key) {
        byte[] version = {2, 1, 0};
        return tagged(0x30, version, algorithm(publicKey.getEncoded()), tagged(0x04, key));
    }

    /** The first element of SubjectPublicKeyInfo (RFC 5280). */
    private static byte[] algorithm(byte[] subjectPublicKeyInfo) {
        int start = 2 + lengthBytes(subjectPublicKeyInfo[1]);
        int length = 2 + subjectPublicKeyInfo[start + 1];
        byte[] algorithm = new byte[length];
        System.arraycopy(subjectPublicKeyInfo, start, algorithm, 0, length);
        return algorithm;
    }

    private static int lengthBytes(byte first) {
        return first >= 0 ? 0 : first & 0x7f;
    }

    private static byte[] tagged(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.writeBytes(new byte[] {(byte) 0x81, (byte) length});
        } else {
            element.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
