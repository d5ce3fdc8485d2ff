package dev.forwardguard.edge.heal;

import io.micronaut.json.JsonMapper;
import io.micronaut.json.tree.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Objects of Kubernetes in JSON, of which only a few fields are known here. They do not change. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.createDefault();
    private static final JsonNode EMPTY = JsonNode.createObjectNode(Map.of());

    private Json() {}

    static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty object if it is not JSON, such as the error page of a proxy. */
    static JsonNode read(byte[] json) {
        try {
            JsonNode node = MAPPER.readValue(json, JsonNode.class);
            return node == null ? EMPTY : node;
        } catch (IOException _) {
            return EMPTY;
        }
    }

    /** An object of texts, whole numbers, booleans and nodes. */
    static JsonNode object(Map<String, ?> fields) {
        Map<String, JsonNode> nodes = new LinkedHashMap<>();
        fields.forEach((name, value) -> nodes.put(name, node(value)));
        return JsonNode.createObjectNode(nodes);
    }

    private static JsonNode node(Object value) {
        return switch (value) {
            case JsonNode node -> node;
            case Boolean flag -> JsonNode.createBooleanNode(flag);
            case Number number -> JsonNode.createNumberNode(number.longValue());
            default -> JsonNode.createStringNode(value.toString());
        };
    }

    /** The node at the end of a path of field names; an empty object if there is none. */
    static JsonNode at(JsonNode node, String... path) {
        JsonNode current = node;
        for (String field : path) {
            JsonNode next = current.isObject() ? current.get(field) : null;
            if (next == null || next.isNull()) {
                return EMPTY;
            }
            current = next;
        }
        return current;
    }

    /** The text, number or boolean there, as text; empty if there is none. */
    static String text(JsonNode node, String... path) {
        JsonNode value = at(node, path);
        return value.isValueNode() ? value.coerceStringValue() : "";
    }

    /** The whole number there, or another one if there is none. */
    static long number(JsonNode node, long otherwise, String... path) {
        JsonNode value = at(node, path);
        return value.isNumber() ? value.getLongValue() : otherwise;
    }

    static List<JsonNode> list(JsonNode node, String... path) {
        List<JsonNode> nodes = new ArrayList<>();
        JsonNode value = at(node, path);
        if (value.isArray()) {
            value.values().forEach(nodes::add);
        }
        return nodes;
    }

    /** The fields of the object there. */
    static Map<String, JsonNode> fields(JsonNode node, String... path) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        JsonNode value = at(node, path);
        if (value.isObject()) {
            value.entries().forEach(each -> fields.put(each.getKey(), each.getValue()));
        }
        return fields;
    }

    /** The object with these fields added or replaced. */
    static JsonNode with(JsonNode object, Map<String, ?> more) {
        Map<String, Object> fields = new LinkedHashMap<>(fields(object));
        fields.putAll(more);
        return object(fields);
    }

    static JsonNode without(JsonNode object, Set<String> names) {
        Map<String, JsonNode> fields = fields(object);
        fields.keySet().removeAll(names);
        return JsonNode.createObjectNode(fields);
    }

    /** The object with each entry of a list changed; without that list, as it is. */
    static JsonNode withEach(JsonNode object, String list, UnaryOperator<JsonNode> change) {
        List<JsonNode> entries = list(object, list);
        if (entries.isEmpty()) {
            return object;
        }
        List<JsonNode> changed = entries.stream().map(change).toList();
        return with(object, Map.of(list, JsonNode.createArrayNode(changed)));
    }

    /** The object without some entries of a list. */
    static JsonNode withoutSome(JsonNode object, String list, Predicate<JsonNode> unwanted) {
        List<JsonNode> entries = list(object, list);
        if (entries.stream().noneMatch(unwanted)) {
            return object;
        }
        List<JsonNode> rest = entries.stream().filter(unwanted.negate()).toList();
        return with(object, Map.of(list, JsonNode.createArrayNode(rest)));
    }
}
