package dev.forwardguard.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the few fields that matter from the API server's JSON, in any order. Unknown fields are
 * skipped, and fields of an unexpected type count as absent, so that a new release of Kubernetes
 * does not break rotation.
 */
final class ApiJson {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

    /** One event of a watch. */
    record Event(@Nullable String type, ApiObject object) {}

    private final String key;

    /**
     * @param key the key in {@code data} to read
     */
    ApiJson(String key) {
        this.key = key;
    }

    /**
     * Parses an object.
     *
     * @throws ListWatchException if the text is not one complete JSON object
     */
    ApiObject object(byte[] json) throws ListWatchException {
        return parse(json, this::object);
    }

    /**
     * Parses one line of a watch.
     *
     * @throws ListWatchException if the text is not one complete JSON object with a field {@code
     *     object} that is an object
     */
    Event event(byte[] json) throws ListWatchException {
        return parse(json, this::event);
    }

    private interface Reading<T> {
        T of(JsonParser json) throws IOException, ListWatchException;
    }

    private static <T> T parse(byte[] bytes, Reading<T> reading) throws ListWatchException {
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new ListWatchException(ListWatchResult.MALFORMED);
            }
            T value = reading.of(json);
            if (json.nextToken() != null) {
                throw new ListWatchException(ListWatchResult.MALFORMED);
            }
            return value;
        } catch (IOException e) {
            // without the cause, whose message quotes the text
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
    }

    private Event event(JsonParser json) throws IOException, ListWatchException {
        String type = null;
        ApiObject object = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            if (field.equals("object") && value == JsonToken.START_OBJECT) {
                object = object(json);
            } else if (field.equals("type")) {
                type = text(json);
            } else {
                json.skipChildren();
            }
        }
        if (object == null) {
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        return new Event(type, object);
    }

    private ApiObject object(JsonParser json) throws IOException {
        String kind = null;
        Map<String, String> metadata = Map.of();
        int code = 0;
        Map<String, String> data = Map.of();
        List<ApiObject> items = List.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "kind" -> kind = text(json);
                case "metadata" -> metadata = texts(json, Set.of("name", "resourceVersion"));
                case "code" -> code = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : 0;
                case "data" -> data = texts(json, Set.of(key));
                case "items" -> items = items(json);
                default -> {}
            }
            json.skipChildren(); // no effect on values that were read
        }
        return new ApiObject(
                kind,
                metadata.get("name"),
                metadata.get("resourceVersion"),
                code,
                data.get(key),
                items);
    }

    private List<ApiObject> items(JsonParser json) throws IOException {
        List<ApiObject> items = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    items.add(object(json));
                } else {
                    json.skipChildren();
                }
            }
        }
        return items;
    }

    private static Map<String, String> texts(JsonParser json, Set<String> wanted)
            throws IOException {
        Map<String, String> texts = new HashMap<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                String text = wanted.contains(field) ? text(json) : null;
                if (text != null) {
                    texts.put(field, text);
                }
                json.skipChildren();
            }
        }
        return texts;
    }

    /** Returns null for anything but text. The API writes an empty value as "" or as null. */
    private static @Nullable String text(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NULL -> "";
            default -> null;
        };
    }
}
