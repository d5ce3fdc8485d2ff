package dev.forwardguard.edge.etcd;

import dev.forwardguard.edge.etcd.EtcdException.Failure;

import io.micronaut.json.JsonMapper;
import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON form of etcd's messages: 64-bit numbers are strings, what has its default value is left
 * out, and keys and values are in base64.
 */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.createDefault();

    private Json() {}

    /** An object of texts, numbers, booleans and other nodes, by name. */
    static JsonNode object(Map<String, ?> fields) {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        fields.forEach((name, value) -> nodes.put(name, node(value)));
        return JsonNode.createObjectNode(nodes);
    }

    static JsonNode array(List<JsonNode> nodes) {
        return JsonNode.createArrayNode(nodes);
    }

    private static JsonNode node(Object value) {
        return switch (value) {
            case JsonNode node -> node;
            case Boolean flag -> JsonNode.createBooleanNode(flag);
            case Long number -> JsonNode.createStringNode(number.toString());
            default -> JsonNode.createStringNode(value.toString());
        };
    }

    static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null if it is not JSON, such as the error page of a proxy. */
    static @Nullable JsonNode read(byte[] json) {
        try {
            return MAPPER.readValue(json, JsonNode.class);
        } catch (IOException _) {
            return null;
        }
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text of a field in base64; empty if it is missing. */
    static String decoded(JsonNode object, String field) {
        return new String(bytes(object, field), StandardCharsets.UTF_8);
    }

    /** The same of a key, which must not be taken for another one. */
    static String decodedKey(JsonNode object, String field) {
        byte[] bytes = bytes(object, field);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            String hex = HexFormat.of().withPrefix("\\x").formatHex(bytes);
            throw new EtcdException(
                    Failure.UNREADABLE,
                    "etcd has a key that is not UTF-8, and nothing can be written beside it: delete it with"
                            + " etcdctl del $'"
                            + hex
                            + "'");
        }
    }

    private static byte[] bytes(JsonNode object, String field) {
        try {
            return Base64.getDecoder().decode(text(object, field));
        } catch (IllegalArgumentException _) {
            throw wrong(field);
        }
    }

    static String text(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return "";
        }
        if (!value.isValueNode()) {
            throw wrong(field);
        }
        return value.coerceStringValue();
    }

    static long number(JsonNode object, String field) {
        String text = text(object, field);
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw wrong(field);
        }
    }

    /** Without what is wrong: it may be part of a value. */
    static EtcdException wrong(String field) {
        return new EtcdException(
                Failure.REFUSED, "the field " + field + " of its answer has another form");
    }

    static boolean isTrue(JsonNode object, String field) {
        JsonNode value = object.get(field);
        return value != null && value.isBoolean() && value.getBooleanValue();
    }

    static List<JsonNode> list(JsonNode object, String field) {
        JsonNode value = object.get(field);
        List<JsonNode> nodes = new ArrayList<>();
        if (value != null && value.isArray()) {
            value.values().forEach(nodes::add);
        }
        return nodes;
    }
}
