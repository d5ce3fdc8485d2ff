package dev.forwardguard.manifests;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The schema of Traefik's kinds, as documented for Traefik 3.7. */
final class TraefikSchema {
    private static final JsonSchema SCHEMA = load();

    private TraefikSchema() {}

    /** The errors in an object, one line each. */
    static List<String> mistakes(ObjectNode object) {
        String name = object.at("/metadata/name").asText();
        return SCHEMA.validate(object).stream()
                .map(ValidationMessage::getMessage)
                .map(message -> name + message)
                .toList();
    }

    private static JsonSchema load() {
        try (var file =
                TraefikSchema.class.getResourceAsStream("/traefik/traefik.io.schema.yaml")) {
            if (file == null) {
                throw new AssertionError("no schema");
            }
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(
                            new String(file.readAllBytes(), StandardCharsets.UTF_8),
                            InputFormat.YAML);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
