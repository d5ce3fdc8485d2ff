package dev.forwardguard.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.io.StringReader;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority: issues {@code ca.crt} and the certificates of servers and clients. */
final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private static final char[] NO_PASSWORD = {};

    private final X500Name name = new X500Name("CN=kubernetes " + SERIAL.getAndIncrement());
    private final KeyPair keys = keys();
    private final X509Certificate certificate;

    TestAuthority() throws Exception {
        certificate = sign(name, info(keys), true, "");
    }

    /** A certificate with its key, signed by this authority. */
    record Identity(X509Certificate certificate, PrivateKey key) {
        String certificatePem() throws Exception {
            return pem("CERTIFICATE", certificate.getEncoded());
        }

        String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }
    }

    /**
     * Issues a certificate.
     *
     * @param address the only IP address that the certificate is for
     */
    Identity identity(String address) throws Exception {
        KeyPair own = keys();
        X509Certificate signed = sign(new X500Name("CN=" + address), info(own), false, address);
        return new Identity(signed, own.getPrivate());
    }

    /**
     * Issues a client certificate for the public key of an existing key pair.
     *
     * @param publicKey PEM
     */
    String certificatePem(String subject, byte[] publicKey) throws Exception {
        var pem = new PEMParser(new StringReader(new String(publicKey, UTF_8)));
        var key = (SubjectPublicKeyInfo) pem.readObject();
        return pem(
                "CERTIFICATE",
                sign(new X500Name("CN=" + subject), key, false, "127.0.0.9").getEncoded());
    }

    /** TLS for a server at this address that accepts client certificates of this authority. */
    SSLContext server(String address) throws Exception {
        Identity identity = identity(address);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                identity.key(),
                NO_PASSWORD,
                new X509Certificate[] {identity.certificate()});
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, NO_PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate);
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    String pem() throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static SubjectPublicKeyInfo info(KeyPair keys) {
        return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    }

    private X509Certificate sign(
            X500Name subject, SubjectPublicKeyInfo key, boolean ca, String address)
            throws Exception {
        Instant now = Instant.now();
        var builder =
                new X509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        subject,
                        key);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (!ca) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.iPAddress, address)));
        }
        X509CertificateHolder holder =
                builder.build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static String pem(String what, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }
}
