package dev.forwardguard.kubernetes.kubeconfig;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.kubernetes.ApiServer;
import dev.forwardguard.kubernetes.ClusterAccess;
import dev.forwardguard.kubernetes.TlsTrust;
import dev.forwardguard.live.RegularFile;
import dev.forwardguard.settings.YamlDocument;

import io.kubernetes.client.util.KubeConfig;

import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.HttpUrl;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Access from a developer's laptop, with the current context of a kubeconfig. Kubernetes' own
 * client parses the file and runs its exec plugins. The rest of that client, about 700 classes for
 * objects that the guard never reads, is not loaded.
 *
 * @param file the kubeconfig
 */
public record KubeConfigFile(Path file) implements ClusterAccess {
    @Override
    public ApiServer server(byte[] content) throws IOException, GeneralSecurityException {
        KubeConfig config = parse(content);
        rejectUnknownKeys(config);
        User user = user(config);
        return new ApiServer(
                address(config.getServer()),
                user.headers(),
                ApiServer.client(trust(config), user.certificate()).build());
    }

    @Override
    public String namespace() throws IOException {
        String namespace = parse(RegularFile.content(file)).getNamespace();
        return namespace == null ? "default" : namespace;
    }

    private KubeConfig parse(byte[] content) {
        YamlDocument.check(content); // Kubernetes' client does not limit what it reads
        KubeConfig config = KubeConfig.loadKubeConfig(new StringReader(new String(content, UTF_8)));
        config.setFile(file.toFile()); // the base of relative paths
        return config;
    }

    /**
     * Kubernetes' client ignores these keys. Without the first, every certificate is for another
     * name; without the second, the request goes somewhere that may not be the cluster.
     */
    private static void rejectUnknownKeys(KubeConfig config) throws UnknownKeyException {
        Map<?, ?> context = named(config.getContexts(), config.getCurrentContext(), "context");
        Object name = context.get("cluster");
        Map<?, ?> cluster = named(config.getClusters(), name, "cluster");
        for (String key : List.of("tls-server-name", "proxy-url")) {
            Object value = cluster.get(key);
            if (value != null && isSet(value.toString())) {
                throw new UnknownKeyException(key, String.valueOf(name));
            }
        }
    }

    /** The mapping under this key in the item of that name; empty if there is none. */
    private static Map<?, ?> named(@Nullable List<?> items, @Nullable Object name, String key) {
        for (Object item : items == null ? List.of() : items) {
            if (item instanceof Map<?, ?> each
                    && each.get(key) instanceof Map<?, ?> found
                    && Objects.equals(each.get("name"), name)) {
                return found;
            }
        }
        return Map.of();
    }

    /** Adds a scheme if there is none: https for port 443, otherwise http. */
    private static HttpUrl address(String server) {
        String scheme =
                server.contains("://") ? "" : server.contains(":443") ? "https://" : "http://";
        return HttpUrl.get(scheme + server);
    }

    private static TlsTrust trust(KubeConfig config) throws IOException, GeneralSecurityException {
        if (!config.verifySSL()) {
            return TlsTrust.insecure();
        }
        byte[] authorities =
                config.getDataOrFileRelative(
                        config.getCertificateAuthorityData(), config.getCertificateAuthorityFile());
        return authorities == null ? TlsTrust.systemDefault() : TlsTrust.of(authorities);
    }

    /** How the guard authenticates: with a client certificate, or with a header. */
    private record User(@Nullable ClientCertificate certificate, Headers headers) {
        static User withCertificate(byte[] certificate, byte[] key)
                throws GeneralSecurityException {
            return new User(ClientCertificate.read(certificate, key), Headers.of());
        }

        static User withAuthorization(String authorization) {
            return new User(null, Headers.of("Authorization", authorization));
        }
    }

    /**
     * Chooses the credentials: a certificate; otherwise user name and password; otherwise a
     * provider, a plugin or a token.
     */
    private static User user(KubeConfig config) throws IOException, GeneralSecurityException {
        byte[] certificate =
                config.getDataOrFileRelative(
                        config.getClientCertificateData(), config.getClientCertificateFile());
        byte[] key =
                config.getDataOrFileRelative(config.getClientKeyData(), config.getClientKeyFile());
        if (certificate != null && key != null) {
            return User.withCertificate(certificate, key);
        }
        String name = config.getUsername();
        String password = config.getPassword();
        if (isSet(name) && isSet(password)) {
            return User.withAuthorization(Credentials.basic(name, password));
        }
        Map<String, String> credentials = config.getCredentials();
        return user(credentials == null ? Map.of() : credentials);
    }

    private static User user(Map<String, String> credentials) throws GeneralSecurityException {
        String token = credentials.get(KubeConfig.CRED_TOKEN_KEY);
        String certificate = credentials.get(KubeConfig.CRED_CLIENT_CERTIFICATE_DATA_KEY);
        String key = credentials.get(KubeConfig.CRED_CLIENT_KEY_DATA_KEY);
        if (token != null && isSet(token)) {
            return User.withAuthorization("Bearer " + token);
        }
        return certificate == null || key == null
                ? new User(null, Headers.of())
                : User.withCertificate(certificate.getBytes(UTF_8), key.getBytes(UTF_8));
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
