package dev.forwardguard.manifests.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.Etcd;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/** Puts keys through etcd's JSON gateway. */
final class EtcdKeys {
    /** As many as every etcd takes in one transaction. */
    private static final int GROUP = 128;

    private static final ObjectMapper JSON = new ObjectMapper();

    private EtcdKeys() {}

    /** Puts all keys below the root {@code traefik}. */
    static void put(Etcd etcd, Map<String, String> keys) {
        List<Entry<String, String>> all = new ArrayList<>(keys.entrySet());
        for (int i = 0; i < all.size(); i += GROUP) {
            ObjectNode body = JSON.createObjectNode();
            ArrayNode success = body.putArray("success");
            for (Entry<String, String> key : all.subList(i, Math.min(i + GROUP, all.size()))) {
                success.addObject()
                        .putObject("request_put")
                        .put("key", base64("traefik/" + key.getKey()))
                        .put("value", base64(key.getValue()));
            }
            transaction(etcd, body);
        }
    }

    /** Deletes whatever is there, and puts these keys. */
    static void replace(Etcd etcd, Map<String, String> keys) {
        ObjectNode body = JSON.createObjectNode();
        body.putArray("success")
                .addObject()
                .putObject("request_delete_range")
                .put("key", base64("traefik/"))
                .put("range_end", base64("traefik0"));
        transaction(etcd, body);
        put(etcd, keys);
    }

    private static void transaction(Etcd etcd, ObjectNode body) {
        URI uri = URI.create("http://127.0.0.1:%d/v3/kv/txn".formatted(etcd.port()));
        var request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body.toString()));
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofString());
            if (!response.body().contains("\"succeeded\":true")) {
                throw new AssertionError(response + " " + response.body());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
