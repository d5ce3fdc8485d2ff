package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.EtcdCluster;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tool's keys mean to Traefik what the same files mean to its file provider: every kind of
 * router, service and middleware, and nearly every field.
 */
class RouteKeysIT {
    private static final String ROUTER = "my-site";

    @TempDir private static Path directory;
    private static ProvidedTraefik fromFiles;

    @BeforeAll
    static void start() throws IOException {
        Path example = RoutesExample.forFileProvider(directory);
        fromFiles =
                ProvidedTraefik.start(
                        directory,
                        "file",
                        "--providers.file.directory=" + example,
                        "--providers.file.watch=false");
    }

    @AfterAll
    static void stop() {
        if (fromFiles != null) {
            fromFiles.close();
        }
    }

    @Test
    void sameInEtcd() throws IOException {
        assertSameInEtcd(Program.built("etcd"), "built");
    }

    @Test
    void sameInDebiansEtcd() throws IOException {
        assertSameInEtcd(Program.installed("etcd", "etcd-server"), "debian");
    }

    private static void assertSameInEtcd(Program program, String name) throws IOException {
        Path own = Files.createDirectory(directory.resolve(name));
        try (var etcd = EtcdCluster.start(program, own);
                var raw = new RawEtcd(etcd.first().url())) {
            Map<String, String> keys = new TreeMap<>();
            RoutesExample.keys().keys().forEach((key, value) -> keys.put("traefik/" + key, value));
            raw.putAll(keys);
            try (var fromEtcd =
                    ProvidedTraefik.start(
                            own,
                            "etcd",
                            "--providers.etcd.endpoints=" + etcd.first().url().getAuthority())) {
                JsonNode rawData = normalized(fromEtcd.rawData(ROUTER));

                assertThat(ProvidedTraefik.errors(rawData)).isEmpty();
                assertThat(rawData).isEqualTo(normalized(fromFiles.rawData(ROUTER)));
                JsonNode received = normalized(fromEtcd.received());
                assertThat(received).isEqualTo(normalized(fromFiles.received()));
                assertThat(received.at("/http/serversTransports/my-transport/minVersion").asText())
                        .isEqualTo("VersionTLS12");
                assertThat(received.at("/tls/options/my-options/sniStrict").asBoolean()).isTrue();
            }
        }
    }

    /** With one name for both providers, and without what changes by itself. */
    private static JsonNode normalized(JsonNode data) throws IOException {
        String text = data.toString().replace("@file", "@etcd");
        JsonNode normalized = new ObjectMapper().readTree(text);
        normalized
                .findParents("serverStatus")
                .forEach(node -> ((ObjectNode) node).remove("serverStatus"));
        for (String unordered : List.of("usedBy", "using")) {
            normalized
                    .findParents(unordered)
                    .forEach(node -> sort((ArrayNode) node.get(unordered)));
        }
        return normalized;
    }

    private static void sort(ArrayNode names) {
        var sorted = new TreeSet<String>();
        names.forEach(name -> sorted.add(name.asText()));
        names.removeAll();
        sorted.forEach(names::add);
    }
}
