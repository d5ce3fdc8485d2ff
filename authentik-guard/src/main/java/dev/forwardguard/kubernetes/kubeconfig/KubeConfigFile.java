package dev.forwardguard.kubernetes.kubeconfig;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.kubernetes.ApiServer;
import dev.forwardguard.kubernetes.ClusterAccess;
import dev.forwardguard.kubernetes.TlsTrust;

import io.kubernetes.client.util.KubeConfig;

import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.HttpUrl;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;

/**
 * The way from a developer's laptop: the current context of a kubeconfig. Kubernetes' own client
 * understands it, and runs its exec plugins; the rest of that client, some 700 classes for objects
 * that the guard never reads, is not loaded.
 */
public record KubeConfigFile(Path file) implements ClusterAccess {
    @Override
    public ApiServer server(byte[] content) throws IOException, GeneralSecurityException {
        KubeConfig config = parse(content);
        User user = user(config);
        return new ApiServer(
                address(config.getServer()),
                user.headers(),
                ApiServer.client(trust(config), user.certificate()).build());
    }

    @Override
    public String namespace() throws IOException {
        String namespace = parse(Files.readAllBytes(file)).getNamespace();
        return namespace == null ? "default" : namespace;
    }

    private KubeConfig parse(byte[] content) {
        KubeConfig config = KubeConfig.loadKubeConfig(new StringReader(new String(content, UTF_8)));
        config.setFile(file.toFile()); // what relative paths in it are relative to
        return config;
    }

    /** Without a scheme, the port decides. */
    private static HttpUrl address(String server) {
        String scheme =
                server.contains("://") ? "" : server.contains(":443") ? "https://" : "http://";
        return HttpUrl.get(scheme + server);
    }

    private static TlsTrust trust(KubeConfig config) throws IOException, GeneralSecurityException {
        if (!config.verifySSL()) {
            return TlsTrust.inAnybody();
        }
        byte[] authorities =
                config.getDataOrFileRelative(
                        config.getCertificateAuthorityData(), config.getCertificateAuthorityFile());
        return authorities == null ? TlsTrust.likeJava() : TlsTrust.in(authorities);
    }

    /** Who the guard is: shown in TLS, or said in a header. */
    private record User(@Nullable ClientCertificate certificate, Headers headers) {
        static User showing(byte[] certificate, byte[] key) throws GeneralSecurityException {
            return new User(ClientCertificate.read(certificate, key), Headers.of());
        }

        static User saying(String authorization) {
            return new User(null, Headers.of("Authorization", authorization));
        }
    }

    /**
     * A certificate; or else name and password; or else what a provider, a plugin or a token is.
     */
    private static User user(KubeConfig config) throws IOException, GeneralSecurityException {
        byte[] certificate =
                config.getDataOrFileRelative(
                        config.getClientCertificateData(), config.getClientCertificateFile());
        byte[] key =
                config.getDataOrFileRelative(config.getClientKeyData(), config.getClientKeyFile());
        if (certificate != null && key != null) {
            return User.showing(certificate, key);
        }
        String name = config.getUsername();
        String password = config.getPassword();
        if (isGiven(name) && isGiven(password)) {
            return User.saying(Credentials.basic(name, password));
        }
        Map<String, String> credentials = config.getCredentials();
        return user(credentials == null ? Map.of() : credentials);
    }

    private static User user(Map<String, String> credentials) throws GeneralSecurityException {
        String token = credentials.get(KubeConfig.CRED_TOKEN_KEY);
        String certificate = credentials.get(KubeConfig.CRED_CLIENT_CERTIFICATE_DATA_KEY);
        String key = credentials.get(KubeConfig.CRED_CLIENT_KEY_DATA_KEY);
        if (token != null && isGiven(token)) {
            return User.saying("Bearer " + token);
        }
        return certificate == null || key == null
                ? new User(null, Headers.of())
                : User.showing(certificate.getBytes(UTF_8), key.getBytes(UTF_8));
    }

    private static boolean isGiven(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
