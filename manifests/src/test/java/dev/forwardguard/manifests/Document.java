package dev.forwardguard.manifests;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** A YAML or JSON document: a mapping, a list or a scalar. */
record Document(Object value) {
    static Document parse(String text) {
        return new Document(requireNonNull(yaml().<@Nullable Object>load(text)));
    }

    static Document read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses documents that are separated by {@code ---}. */
    static List<Document> parseAll(String text) {
        return StreamSupport.stream(yaml().loadAll(text).spliterator(), false)
                .map(Document::new)
                .toList();
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    /** The value at this path of keys; fails if there is none. */
    Document at(String... path) {
        return find(path)
                .orElseThrow(() -> new AssertionError("no " + List.of(path) + " in " + value));
    }

    Optional<Document> find(String... path) {
        Document found = this;
        for (String key : path) {
            Object next = found.map().get(key);
            if (next == null) {
                return Optional.empty();
            }
            found = new Document(next);
        }
        return Optional.of(found);
    }

    List<Document> list() {
        if (value instanceof List<?> items) {
            return items.stream().map(item -> new Document(requireNonNull(item))).toList();
        }
        throw new AssertionError("no list: " + value);
    }

    /** A mapping of scalars, as strings. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        map().forEach((key, each) -> texts.put(String.valueOf(key), String.valueOf(each)));
        return texts;
    }

    String text() {
        return value.toString();
    }

    private Map<?, ?> map() {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new AssertionError("no mapping: " + value);
    }

    String yamlText() {
        return yaml().dump(value);
    }
}
