import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A minimal Kubernetes API server over TLS, enough for following one Secret: a list, and a watch
 * with one change. Writes the files of a pod's service account to a directory.
 *
 * <p>Usage: {@code java ApiServer.java DIRECTORY PORT}
 */
class ApiServer implements AutoCloseable {
    private static final String PASSWORD = "training";

    /** The user {@code training} with the password {@code right}: bcrypt at cost 10. */
    private static final String HTPASSWD =
            "training:$2y$10$eaTUvo/RVKKgR6767AgnBe2vEYsnQ8EVUfa7FHkRyEChGItH9sxby\n";

    private final Path directory;
    private final HttpsServer server;
    private final CountDownLatch closed = new CountDownLatch(1);

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: java ApiServer.java DIRECTORY PORT");
            System.exit(2);
        }
        new ApiServer(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }

    /**
     * @param port 0 for any free port
     */
    ApiServer(Path directory, int port) throws Exception {
        this.directory = directory;
        Path store = directory.resolve("api.p12");
        keytool(
                "-genkeypair -alias api -keyalg EC -groupname secp256r1 -dname CN=api"
                        + " -ext san=ip:127.0.0.1 -ext bc:c -validity 1 -storetype PKCS12",
                store);
        keytool("-exportcert -rfc -alias api -file " + directory.resolve("ca.crt"), store);
        Files.writeString(directory.resolve("token"), "token");
        Files.writeString(directory.resolve("namespace"), "authentik-guard");
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(store)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    Map<String, String> environment() {
        return Map.of(
                "KUBERNETES_SERVICE_HOST",
                "127.0.0.1",
                "KUBERNETES_SERVICE_PORT",
                String.valueOf(server.getAddress().getPort()),
                "GUARD_HTPASSWD_SOURCE",
                "secret",
                "GUARD_SERVICE_ACCOUNT",
                directory.toString());
    }

    private static void keytool(String arguments, Path store) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool failed");
        }
    }

    private static SSLContext tls(Path file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean watch = exchange.getRequestURI().getQuery().contains("watch=true");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write((watch ? event() : list()).getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            if (watch) {
                closed.await(30, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String list() {
        return "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},"
                + "\"items\":["
                + secret(1)
                + "]}\n";
    }

    private static String event() {
        return "{\"type\":\"MODIFIED\",\"object\":" + secret(2) + "}\n";
    }

    private static String secret(int revision) {
        byte[] htpasswd = (HTPASSWD + "# " + revision + "\n").getBytes(StandardCharsets.UTF_8);
        return "{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":"
                + "{\"name\":\"authentik-guard-htpasswd\",\"namespace\":\"authentik-guard\","
                + "\"resourceVersion\":\""
                + revision
                + "\"},\"data\":{\"htpasswd\":\""
                + Base64.getEncoder().encodeToString(htpasswd)
                + "\"}}";
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
