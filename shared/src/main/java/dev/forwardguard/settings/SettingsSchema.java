package dev.forwardguard.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The JSON schema of a document with settings, for editors and for checks of pull requests. It is
 * noted while an empty document is read, key by key, so that it cannot have other keys than the
 * code. What only the code can tell about a text (an address, a path, the range of a duration), it
 * leaves to the code.
 */
final class SettingsSchema {
    private final Map<String, Object> keys = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> values = new LinkedHashMap<>();
    private final List<String> required = new ArrayList<>();

    /** Notes a key; without a default until that is noted, too. */
    void add(String fullKey, Map<String, Object> schema) {
        Map<String, Object> value = new LinkedHashMap<>(schema);
        // what never comes into force under this name is only a former name of another key
        value.put("deprecated", true);
        values.put(fullKey, value);
        int dot = fullKey.indexOf('.');
        if (dot < 0) {
            keys.put(fullKey, value);
        } else {
            section(fullKey.substring(0, dot)).put(fullKey.substring(dot + 1), value);
        }
    }

    private Map<String, Object> section(String key) {
        return sections.computeIfAbsent(
                key,
                _ -> {
                    Map<String, Object> properties = new LinkedHashMap<>();
                    keys.put(key, mapping(properties));
                    return properties;
                });
    }

    /** Notes that a key has to be there. */
    void require(String fullKey) {
        required.add(fullKey);
        Map<String, Object> schema = values.get(fullKey);
        if (schema != null) {
            schema.remove("deprecated");
        }
    }

    /** Notes what is in force if the key is absent. */
    void setDefault(String fullKey, Object value, String written) {
        Map<String, Object> schema = values.get(fullKey);
        if (schema != null) {
            schema.remove("deprecated");
            if (value instanceof Integer || value instanceof Boolean) {
                schema.put("default", value);
            } else if (written.startsWith("[")) {
                schema.put("default", items(schema, written));
            } else if (!written.isEmpty()) {
                schema.put("default", written);
            }
        }
    }

    private static List<Object> items(Map<String, Object> schema, String written) {
        boolean numbers = integerItems(schema);
        return Pattern.compile(", ")
                .splitAsStream(written.substring(1, written.length() - 1))
                .filter(item -> !item.isEmpty())
                .<Object>map(item -> numbers ? (Object) Integer.valueOf(item) : item)
                .toList();
    }

    private static boolean integerItems(Map<String, Object> schema) {
        return schema.get("items") instanceof Map<?, ?> items
                && "integer".equals(items.get("type"));
    }

    /** A mapping with these keys and no others; it may be empty, as {@code upstream:} is. */
    private static Map<String, Object> mapping(Map<String, Object> properties) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", List.of("object", "null"));
        schema.put("additionalProperties", false);
        schema.put("properties", properties);
        return schema;
    }

    /**
     * A mapping of any names to sections.
     *
     * @param one notes the keys of a section
     */
    static Map<String, Object> people(Consumer<SettingsSchema> one) {
        var each = new SettingsSchema();
        one.accept(each);
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", List.of("object", "null"));
        schema.put("maxProperties", YamlSection.MAX_ITEMS);
        schema.put("additionalProperties", mapping(each.keys));
        return schema;
    }

    static Map<String, Object> oneOf(List<String> words) {
        return Map.of("enum", words);
    }

    static Map<String, Object> matching(Pattern pattern) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^" + pattern.pattern() + "$");
        return schema;
    }

    static Map<String, Object> flag() {
        return Map.of("type", "boolean");
    }

    static Map<String, Object> integer(int least, int most) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "integer");
        schema.put("minimum", least);
        schema.put("maximum", most);
        return schema;
    }

    /** Any single value: a message of digits only, for instance, is a number in YAML. */
    static Map<String, Object> text() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", List.of("string", "number", "boolean"));
        schema.put("maxLength", YamlSection.MAX_LENGTH);
        return schema;
    }

    static Map<String, Object> listOf(Map<String, Object> item) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("items", item);
        schema.put("maxItems", YamlSection.MAX_ITEMS);
        return schema;
    }

    /** The same list, but an empty one is a mistake. */
    static Map<String, Object> notEmpty(Map<String, Object> list) {
        list.put("minItems", 1);
        return list;
    }

    /** Of a mapping in a list, which has the keys that were noted. */
    Map<String, Object> asItem() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.put("required", required);
        schema.put("properties", keys);
        return schema;
    }

    /** As JSON, to be committed: indented, with a line break at the end. */
    @Override
    public String toString() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "guard.yml");
        schema.putAll(mapping(keys));
        var indenter = new DefaultIndenter("  ", "\n");
        var printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(indenter);
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(printer);
            write(schema, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void write(Object value, JsonGenerator json) throws IOException {
        if (value instanceof Map<?, ?> object) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : object.entrySet()) {
                json.writeFieldName(entry.getKey().toString());
                write(entry.getValue(), json);
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list) {
                write(item, json);
            }
            json.writeEndArray();
        } else if (value instanceof Integer number) {
            json.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else {
            json.writeString(value.toString());
        }
    }
}
