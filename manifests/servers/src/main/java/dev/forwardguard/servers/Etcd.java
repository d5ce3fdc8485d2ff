package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One member of etcd, without TLS.
 *
 * @param data the directory of its database
 */
public record Etcd(Part part, int port, Path data) implements AutoCloseable {
    private static final Pattern REVISION = Pattern.compile("\"revision\":\\s*\"(\\d+)\"");

    /**
     * Starts it; returns at once.
     *
     * @param directory for its database and its log
     */
    public static Etcd start(Program program, Path directory) {
        int port = Loopback.freePort();
        String clients = "http://127.0.0.1:" + port;
        String peers = "http://127.0.0.1:" + Loopback.freePort();
        Path data = directory.resolve("etcd");
        var arguments =
                List.of(
                        "--name=test",
                        "--data-dir=" + data,
                        "--listen-client-urls=" + clients,
                        "--advertise-client-urls=" + clients,
                        "--listen-peer-urls=" + peers,
                        "--initial-advertise-peer-urls=" + peers,
                        "--initial-cluster=test=" + peers);
        var part = new Part(directory, program, arguments, () -> isHealthy(port));
        return new Etcd(part, port, data);
    }

    private static boolean isHealthy(int port) {
        try {
            return send(request(port, "/health").GET().build()).contains("true");
        } catch (IOException _) {
            return false;
        }
    }

    /** Discards all revisions before the current one. */
    public void compact() {
        var revision = REVISION.matcher(post("/v3/kv/range", "{\"key\": \"AA==\"}"));
        if (!revision.find()) {
            throw new AssertionError("no revision");
        }
        post(
                "/v3/kv/compaction",
                "{\"revision\": %s, \"physical\": true}".formatted(revision.group(1)));
    }

    /** Copies the database, for {@link #restore}; not while it runs. */
    public void backUp() {
        copy(data, backup());
    }

    /** Puts the copy in place of the database; not while it runs. */
    public void restore() {
        copy(backup(), data);
    }

    private Path backup() {
        return data.resolveSibling("etcd-backup");
    }

    private static void copy(Path from, Path to) {
        delete(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String post(String path, String json) {
        try {
            return send(request(port, path).POST(BodyPublishers.ofString(json)).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private static String send(HttpRequest request) throws IOException {
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(request + ": " + response + "\n" + response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        part.close();
    }
}
