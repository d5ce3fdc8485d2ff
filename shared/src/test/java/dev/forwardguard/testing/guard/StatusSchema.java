package dev.forwardguard.testing.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The published schema of {@code /status}. It allows other keys, because later versions may have
 * more; here it does not, so that none is missing in it.
 */
final class StatusSchema {
    private static final Path PUBLISHED = Path.of("..", "shared", "status.schema.json");
    private static final JsonSchema STRICT = strict();

    private StatusSchema() {}

    static void assertValid(String status) {
        assertThat(STRICT.validate(status, InputFormat.JSON)).isEmpty();
    }

    private static JsonSchema strict() {
        try {
            JsonNode schema = new ObjectMapper().readTree(Files.readString(PUBLISHED));
            forbidOtherKeys(schema);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forbidOtherKeys(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(StatusSchema::forbidOtherKeys);
    }
}
