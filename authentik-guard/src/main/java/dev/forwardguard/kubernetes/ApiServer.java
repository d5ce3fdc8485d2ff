package dev.forwardguard.kubernetes;

import dev.forwardguard.kubernetes.kubeconfig.ClientCertificate;

import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * How to reach the API server; created by {@link ClusterAccess}.
 *
 * @param address the base URL; has a path if the API server is behind a proxy
 * @param headers the headers to add to each request
 * @param client a client that trusts the server
 */
public record ApiServer(HttpUrl address, Headers headers, OkHttpClient client) {
    /**
     * Builds a client with the given trust and client certificate.
     *
     * @param certificate the certificate to present if the server asks for one; null for none
     */
    public static OkHttpClient.Builder client(
            TlsTrust trust, @Nullable ClientCertificate certificate)
            throws GeneralSecurityException {
        KeyManager[] keys = certificate == null ? null : certificate.keyManagers();
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys, new TrustManager[] {trust.certificates()}, null);
        return new OkHttpClient.Builder()
                .sslSocketFactory(tls.getSocketFactory(), trust.certificates())
                .hostnameVerifier(trust.names());
    }
}
