package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.regex.Pattern;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A client of an API server that may do everything. Its connections are kept. */
public final class ApiClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]+)\"");

    private final URI server;
    private final String token;
    private final HttpClient client;

    ApiClient(URI server, Path ca, String token) {
        this.server = server;
        this.token = token;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(trusting(ca))
                        .build();
    }

    private static SSLContext trusting(Path ca) {
        try (var pem = Files.newInputStream(ca)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(pem);
            store.setCertificateEntry("ca", certificate);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The status of the response to a GET. */
    public int status(String path) throws IOException {
        return send(request(path).GET()).statusCode();
    }

    /** The certificate that the server shows on this client's connection. */
    public Certificate certificate() {
        try {
            var session = send(request("/readyz").GET()).sslSession().orElseThrow();
            return session.getPeerCertificates()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The body of the response to a GET. */
    public String get(String path) {
        return expectSuccess(request(path).GET());
    }

    /** Creates an object. */
    public String post(String path, String json) {
        return expectSuccess(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    /** Changes an object by a merge patch. */
    public String patch(String path, String json) {
        return expectSuccess(
                request(path)
                        .header("Content-Type", "application/merge-patch+json")
                        .method("PATCH", BodyPublishers.ofString(json)));
    }

    /** Deletes an object. */
    public String delete(String path) {
        return expectSuccess(request(path).DELETE());
    }

    /**
     * A token of a service account, as the kubelet asks for it.
     *
     * @param pod the token is valid as long as this pod exists
     */
    public String token(String namespace, String serviceAccount, String pod) {
        String answer =
                post(
                        "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                                .formatted(namespace, serviceAccount),
                        """
                        {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {
                          "expirationSeconds": 3607,
                          "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "%s"}}}
                        """
                                .formatted(pod));
        var found = TOKEN.matcher(answer);
        if (!found.find()) {
            throw new AssertionError("no token");
        }
        return found.group(1);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private String expectSuccess(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = send(request);
            if (response.statusCode() / 100 != 2) {
                throw new AssertionError(response + "\n" + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
