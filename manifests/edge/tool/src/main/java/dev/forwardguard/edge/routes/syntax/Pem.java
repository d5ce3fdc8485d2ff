package dev.forwardguard.edge.routes.syntax;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM, written anew in the form that Go's encoding/pem reads for
 * sure: whole lines, 64 characters each. No message repeats any of the text.
 */
public final class Pem {
    private static final int MAX_LENGTH = 256 << 10;
    private static final int MAX_BLOCKS = 500;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----\\s([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /** One block; its text is never printed. */
    static final class Block {
        private final String label;
        private final byte[] der;

        Block(String label, byte[] der) {
            this.label = label;
            this.der = der;
        }

        String label() {
            return label;
        }

        byte[] der() {
            return der;
        }

        String text() {
            return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                    .formatted(label, LINES.encodeToString(der), label);
        }
    }

    private Pem() {}

    /** Whether a text is PEM, or else the path of a file. */
    public static boolean isPem(String text) {
        return text.contains("-----BEGIN");
    }

    /**
     * The certificates of a text, in their order.
     *
     * @throws PemException if there is none, or one that is no X.509 certificate
     */
    public static String certificates(String text) throws PemException {
        StringBuilder pem = new StringBuilder();
        for (Block block : blocks(text)) {
            if (block.label().equals("CERTIFICATE")) {
                certificate(block);
                pem.append(block.text());
            }
        }
        if (pem.isEmpty()) {
            throw new PemException("has no certificate in PEM");
        }
        return pem.toString();
    }

    /**
     * The first private key of a text.
     *
     * @throws PemException if there is none, or an encrypted one
     */
    public static String privateKey(String text) throws PemException {
        Block key = privateKeyBlock(text);
        if (key.label().startsWith("ENCRYPTED")) {
            throw new PemException("is encrypted: Traefik cannot read it");
        }
        return key.text();
    }

    /**
     * Checks that a private key belongs to the first of some certificates.
     *
     * @param certificates as {@link #certificates} gives them
     * @param privateKey as {@link #privateKey} gives it
     * @throws PemException if it does not, or is no key that Go's crypto/tls can use
     */
    public static void requirePair(String certificates, String privateKey) throws PemException {
        X509Certificate leaf = certificate(blocks(certificates).get(0));
        KeyPairs.require(leaf.getPublicKey(), privateKeyBlock(privateKey));
    }

    private static Block privateKeyBlock(String text) throws PemException {
        return blocks(text).stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new PemException("has no private key in PEM"));
    }

    private static X509Certificate certificate(Block block) throws PemException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.der()));
        } catch (GeneralSecurityException e) {
            throw new PemException("has a certificate that is no X.509 certificate");
        }
    }

    private static List<Block> blocks(String text) throws PemException {
        if (text.length() > MAX_LENGTH) {
            throw new PemException("is longer than 256 KiB");
        }
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (blocks.size() == MAX_BLOCKS) {
                throw new PemException("has more than 500 blocks");
            }
            blocks.add(new Block(block.group(1), der(block.group(2))));
        }
        return blocks;
    }

    private static byte[] der(String base64) throws PemException {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", "").getBytes(US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new PemException("is damaged: not base64");
        }
    }
}
