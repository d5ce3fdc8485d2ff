package dev.forwardguard.kubernetes;

import okhttp3.internal.tls.OkHostnameVerifier;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whom the guard takes for the API server.
 *
 * @param certificates those that it may show
 * @param names whether one is for the server that was asked
 */
public record TlsTrust(X509TrustManager certificates, HostnameVerifier names) {
    /** These authorities, PEM, and nobody else. */
    public static TlsTrust in(byte[] authorities) throws GeneralSecurityException, IOException {
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(authorities));
        if (all.isEmpty()) {
            throw new CertificateException("no certificate");
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (Certificate each : all) {
            trusted.setCertificateEntry("ca" + trusted.size(), each);
        }
        return in(trusted);
    }

    /** The authorities that Java knows. */
    public static TlsTrust likeJava() throws GeneralSecurityException {
        return in((KeyStore) null);
    }

    private static TlsTrust in(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return new TlsTrust(
                (X509TrustManager) factory.getTrustManagers()[0], OkHostnameVerifier.INSTANCE);
    }

    /** Anybody: a kubeconfig with {@code insecure-skip-tls-verify} asks for it. */
    public static TlsTrust inAnybody() {
        return new TlsTrust(new Anybody(), (name, session) -> true);
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String method) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String method) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
