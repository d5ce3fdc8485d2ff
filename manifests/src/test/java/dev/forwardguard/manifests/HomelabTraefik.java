package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.Gateway;
import dev.forwardguard.servers.Traefik;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Traefik with the middlewares and routes of the homelab overlay, and with the options for entry
 * points of the values file: {@code www.example.com} is public, {@code app.example.com} protected,
 * also as {@code app.example.test}, which clients in the tests can resolve.
 */
final class HomelabTraefik {
    static final String PUBLIC = "public";
    static final String PROTECTED = "protected";

    private static final Path VALUES = Kustomization.MANIFESTS.resolve("helm-values/traefik.yaml");

    private HomelabTraefik() {}

    static Gateway.Running start(Path directory, Map<String, String> addresses) {
        String routes =
                FileProvider.of(Kustomization.of("overlays/homelab"), addresses)
                        .route("www.example.com", "website:8080", PUBLIC)
                        .route("app.example.com", "application:8080", PROTECTED)
                        .route("app.example.test", "application:8080", PROTECTED)
                        .text();
        return Traefik.start(directory, routes, options());
    }

    /** The options that the chart makes of the values. */
    static List<String> options() {
        JsonNode values = values();
        List<String> options = new ArrayList<>();
        values.path("additionalArguments").forEach(each -> options.add(each.asText()));
        values.at("/ports/websecure/http")
                .properties()
                .forEach(
                        each ->
                                options.add(
                                        "--entryPoints.websecure.http.%s=%s"
                                                .formatted(
                                                        each.getKey(), each.getValue().asText())));
        return options;
    }

    private static JsonNode values() {
        try {
            return new YAMLMapper().readTree(VALUES.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
