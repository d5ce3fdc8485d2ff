package dev.forwardguard.kubernetes;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

import okhttp3.internal.tls.OkHostnameVerifier;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The rules for accepting the API server's certificate.
 *
 * @param certificates decides which certificates are trusted
 * @param names decides whether a certificate is valid for the server's name
 */
public record TlsTrust(X509TrustManager certificates, HostnameVerifier names) {
    /** Trusts only these certificate authorities, given as PEM. */
    public static TlsTrust of(byte[] authorities) throws GeneralSecurityException, IOException {
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
        return of(trusted);
    }

    /** Trusts the certificate authorities of the Java installation. */
    public static TlsTrust systemDefault() throws GeneralSecurityException {
        return of((KeyStore) null);
    }

    private static TlsTrust of(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return new TlsTrust(
                (X509TrustManager) factory.getTrustManagers()[0], OkHostnameVerifier.INSTANCE);
    }

    /** Trusts every server, for a kubeconfig with {@code insecure-skip-tls-verify}. */
    public static TlsTrust insecure() {
        return new TlsTrust(
                (X509TrustManager) InsecureTrustManagerFactory.INSTANCE.getTrustManagers()[0],
                (name, session) -> true);
    }
}
