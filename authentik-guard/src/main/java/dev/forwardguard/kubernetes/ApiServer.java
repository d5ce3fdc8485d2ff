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
 * The API server, as somebody with {@link ClusterAccess} sees it.
 *
 * @param address in front of all paths; may have a path of its own, behind a proxy
 * @param headers of each request
 * @param client trusts it
 */
public record ApiServer(HttpUrl address, Headers headers, OkHttpClient client) {
    /**
     * A client that trusts, and is trusted.
     *
     * @param certificate to show when it is asked for; null for none
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
