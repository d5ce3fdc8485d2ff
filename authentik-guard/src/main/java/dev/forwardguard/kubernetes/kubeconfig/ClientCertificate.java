package dev.forwardguard.kubernetes.kubeconfig;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * The client certificate of a kubeconfig user, an alternative to a token.
 *
 * @param chain the user's certificate, followed by those that signed it
 * @param key the private key of the first certificate
 */
public record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    private static final char[] NO_PASSWORD = {};

    /** Reads certificate chain and key from PEM. */
    static ClientCertificate read(byte[] certificates, byte[] key) throws GeneralSecurityException {
        List<X509Certificate> chain =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(certificates))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (chain.isEmpty()) {
            throw new CertificateException("no certificate");
        }
        return new ClientCertificate(chain, ClientKey.read(key, chain.getFirst().getPublicKey()));
    }

    /** Returns key managers that present this certificate. */
    public KeyManager[] keyManagers() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new AssertionError("there is nothing to read", e);
        }
        store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }
}
