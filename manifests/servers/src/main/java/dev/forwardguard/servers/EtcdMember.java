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
import java.time.Duration;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One member of etcd.
 *
 * @param url for clients
 * @param metricsPort without TLS and login
 * @param part its process
 * @param data the directory of its database
 */
public record EtcdMember(String name, URI url, int metricsPort, Part part, Path data)
        implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Pattern REVISION = Pattern.compile("\"revision\":\\s*\"(\\d+)\"");

    /** Whether it has a leader and takes writes. */
    public boolean isHealthy() {
        URI health = URI.create("http://127.0.0.1:%d/health".formatted(metricsPort));
        try {
            return send(HttpRequest.newBuilder(health).timeout(PATIENCE).build()).contains("true");
        } catch (IOException _) {
            return false;
        }
    }

    /** Discards all revisions before the current one; without TLS and login. */
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

    /** Deletes the database; not while it runs. */
    public void wipe() {
        delete(data);
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
            var request = HttpRequest.newBuilder(url.resolve(path)).timeout(PATIENCE);
            return send(request.POST(BodyPublishers.ofString(json)).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
