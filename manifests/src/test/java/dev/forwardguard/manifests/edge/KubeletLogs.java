package dev.forwardguard.manifests.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.function.UnaryOperator;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Where the API server gets the logs of pods from: {@code /containerLogs/NAMESPACE/POD/…}. */
final class KubeletLogs implements AutoCloseable {
    private static final String PASSWORD = "changeit";

    private final HttpsServer server;

    /** Serves the log of each pod by its name, over TLS, which the API server does not check. */
    KubeletLogs(Path directory, Certificates certificates, UnaryOperator<String> logs) {
        try {
            server =
                    HttpsServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls(directory, certificates)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/containerLogs/", exchange -> answer(exchange, logs));
        server.start();
    }

    private static SSLContext tls(Path directory, Certificates certificates) throws IOException {
        Path store = directory.resolve("kubelet.p12");
        Path files = certificates.of("etcd-server-tls");
        String options = "-inkey %s/tls.key -in %1$s/tls.crt -out %s".formatted(files, store);
        Program.installed("openssl", "openssl")
                .run(
                        directory,
                        ("pkcs12 -export -passout pass:" + PASSWORD + " " + options).split(" "));
        try {
            var keyManagers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(
                    KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()),
                    PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void answer(HttpExchange exchange, UnaryOperator<String> logs)
            throws IOException {
        try (exchange) {
            String pod = exchange.getRequestURI().getPath().split("/", -1)[3];
            byte[] log = logs.apply(pod).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, log.length);
            exchange.getResponseBody().write(log);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
