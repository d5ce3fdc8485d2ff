package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Somebody else who reads and writes etcd, without TLS. */
final class RawEtcd implements AutoCloseable {
    /** As many operations as every etcd takes in one transaction. */
    private static final int GROUP = 128;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI url;
    private String token = "";
    private final HttpClient client = HttpClient.newHttpClient();

    RawEtcd(URI url) {
        this.url = url;
    }

    /** Logs in, for all that follows. */
    void logIn(String user, String password) {
        var response = post("/v3/auth/authenticate", Map.of("name", user, "password", password));
        try {
            token = JSON.readTree(response.body()).path("token").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request, and fails unless it is answered with 200. */
    void succeed(String path, Map<String, ?> body) {
        var response = post(path, body);
        if (response.statusCode() != 200) {
            throw new AssertionError(response + " " + response.body());
        }
    }

    /** Sends a request, and returns its answer of any status. */
    HttpResponse<String> post(String path, Map<String, ?> body) {
        try {
            var request =
                    HttpRequest.newBuilder(url.resolve(path))
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
            if (!token.isEmpty()) {
                request.header("Authorization", token);
            }
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    void put(String key, String value) {
        putAll(Map.of(key, value));
    }

    /** Puts keys, in transactions that every etcd takes. */
    void putAll(Map<String, String> keys) {
        List<Map<String, ?>> puts = new ArrayList<>();
        keys.forEach(
                (key, value) -> {
                    var put = Map.of("key", base64(key), "value", base64(value));
                    puts.add(Map.of("request_put", put));
                });
        for (int i = 0; i < puts.size(); i += GROUP) {
            commit(puts.subList(i, Math.min(i + GROUP, puts.size())));
        }
    }

    void delete(String key) {
        commit(List.of(Map.of("request_delete_range", Map.of("key", base64(key)))));
    }

    /** Deletes all keys. */
    void deleteAll() {
        var all = Map.of("key", "AA==", "range_end", "AA==");
        commit(List.of(Map.of("request_delete_range", all)));
    }

    private void commit(List<Map<String, ?>> operations) {
        var response = post("/v3/kv/txn", Map.of("success", operations));
        if (!response.body().contains("\"succeeded\":true")) {
            throw new AssertionError(response + " " + response.body());
        }
    }

    /** All keys and their values. */
    SortedMap<String, String> all() {
        try {
            var response = post("/v3/kv/range", Map.of("key", "AA==", "range_end", "AA=="));
            SortedMap<String, String> all = new TreeMap<>();
            for (JsonNode each : JSON.readTree(response.body()).path("kvs")) {
                all.put(text(each.path("key")), text(each.path("value")));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.asText()), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        client.close();
    }
}
