package dev.forwardguard.kubernetes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads the few fields that matter from the API server's JSON, in any order and without memory for
 * the others. Unknown fields are skipped, and fields of an unexpected type count as absent, so that
 * a new release of Kubernetes does not break rotation.
 */
final class ApiJson {
    /** In characters. Kubernetes limits a name to 253; its revisions are numbers. */
    private static final int MAX_NAME = 1_000;

    /**
     * The most tokens of a response or event; a Secret of one key has about a hundred. Jackson
     * remembers field names, of which 2 MiB can hold hundreds of thousands.
     */
    private static final int MAX_TOKENS = 20_000;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNameLength(MAX_NAME)
                                    .maxTokenCount(MAX_TOKENS)
                                    .build())
                    .build();

    /** A list selects one object by its name. */
    private static final int MAX_ITEMS = 10;

    /** Traefik's and ingress-nginx' names for an htpasswd file in a Secret. */
    private static final Set<String> USUAL_ELSEWHERE = Set.of("users", "auth");

    /** One event of a watch. */
    record Event(@Nullable String type, ApiObject object) {}

    private final Set<String> keys;

    /**
     * @param keys the keys in {@code data} to read
     */
    ApiJson(Set<String> keys) {
        this.keys = Set.copyOf(keys);
    }

    /**
     * Parses an object.
     *
     * @throws ListWatchException if the text is not one complete JSON object
     */
    ApiObject object(byte[] json) throws ListWatchException {
        return parse(json, parser -> object(parser, true));
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
                object = object(json, false);
            } else if (field.equals("type")) {
                type = text(json, MAX_NAME);
            } else {
                json.skipChildren();
            }
        }
        if (object == null) {
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        return new Event(type, object);
    }

    /**
     * Reads an object.
     *
     * @param list whether it may be a list, whose items are no lists
     */
    private ApiObject object(JsonParser json, boolean list) throws IOException, ListWatchException {
        String kind = null;
        Map<String, String> metadata = Map.of();
        int code = 0;
        Map<String, String> data = Map.of();
        Set<String> others = new HashSet<>();
        List<ApiObject> items = List.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "kind" -> kind = text(json, MAX_NAME);
                case "metadata" ->
                        metadata =
                                texts(
                                        json,
                                        Set.of("name", "resourceVersion"),
                                        MAX_NAME,
                                        unwanted -> {});
                case "code" -> code = value == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : 0;
                case "data" -> {
                    others.clear();
                    data = texts(json, keys, SecretApi.MAX_BYTES, others::add);
                }
                case "items" -> items = list ? items(json) : items;
                default -> {}
            }
            json.skipChildren(); // no effect on values that were read
        }
        return new ApiObject(
                kind,
                metadata.get("name"),
                metadata.get("resourceVersion"),
                code,
                data,
                Set.copyOf(others),
                items);
    }

    private List<ApiObject> items(JsonParser json) throws IOException, ListWatchException {
        List<ApiObject> items = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    if (items.size() == MAX_ITEMS) {
                        throw new ListWatchException(ListWatchResult.MALFORMED);
                    }
                    items.add(object(json, false));
                } else {
                    json.skipChildren();
                }
            }
        }
        return items;
    }

    /**
     * @param elsewhere gets those of {@link #USUAL_ELSEWHERE} that are there and not wanted
     */
    private static Map<String, String> texts(
            JsonParser json, Set<String> wanted, int longest, Consumer<String> elsewhere)
            throws IOException {
        Map<String, String> texts = new HashMap<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                String text = wanted.contains(field) ? text(json, longest) : null;
                if (text != null) {
                    texts.put(field, text);
                }
                if (USUAL_ELSEWHERE.contains(field) && !wanted.contains(field)) {
                    elsewhere.accept(field);
                }
                json.skipChildren();
            }
        }
        return texts;
    }

    /**
     * Returns null for anything but text, and for text that is too long. The API writes an empty
     * value as "" or as null.
     */
    private static @Nullable String text(JsonParser json, int longest) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getTextLength() > longest ? null : json.getText();
            case VALUE_NULL -> "";
            default -> null;
        };
    }
}
