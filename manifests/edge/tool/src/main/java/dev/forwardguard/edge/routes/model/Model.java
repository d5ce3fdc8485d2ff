package dev.forwardguard.edge.routes.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.edge.routes.model.Shape.Field;
import dev.forwardguard.edge.routes.model.Shape.Fields;
import dev.forwardguard.edge.routes.syntax.Syntaxes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Loads the model. Its form is described at its beginning. */
public final class Model {
    private static final Fields CONFIGURATION = load("traefik-3.7.model");

    private final Map<String, List<String>> types = new HashMap<>();
    private final Map<String, Fields> built = new HashMap<>();
    private final Map<String, List<String>> values = new HashMap<>();

    private Model(String text) {
        List<String> fields = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("type ")) {
                fields = new ArrayList<>(List.of(line));
                types.put(line.split(" ", -1)[1], fields);
            } else if (line.startsWith("values ")) {
                List<String> words = List.of(line.split(" ", -1));
                values.put(words.get(1), words.subList(2, words.size()));
            } else if (line.startsWith("  ")) {
                fields.add(line.strip());
            }
        }
    }

    /** The root: http, tcp, udp and tls. */
    public static Fields configuration() {
        return CONFIGURATION;
    }

    private static Fields load(String resource) {
        try (InputStream in = Model.class.getResourceAsStream(resource)) {
            String text = new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
            return new Model(text).type("Configuration");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Fields type(String name) {
        Fields known = built.get(name);
        if (known != null) {
            return known;
        }
        List<String> lines = Objects.requireNonNull(types.get(name), name);
        Map<String, Field> fields = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            Field field = field(line);
            fields.put(field.name().toLowerCase(Locale.ROOT), field);
        }
        Fields type =
                new Fields(name, Collections.unmodifiableMap(fields), oneOf(lines.get(0), fields));
        built.put(name, type);
        return type;
    }

    private static List<String> oneOf(String header, Map<String, Field> fields) {
        int words = header.indexOf(" one of ");
        if (words < 0) {
            return List.of();
        }
        List<String> names = List.of(header.substring(words + 8).split(" ", -1));
        return names.equals(List.of("all"))
                ? fields.values().stream().map(Field::name).toList()
                : names;
    }

    private Field field(String line) {
        String[] parts = line.split(" ", 2);
        String name = parts[0].replaceAll("[!?]", "");
        boolean required = parts[0].contains("!");
        boolean mayBeEmpty = parts[0].contains("?");
        return new Field(name, shape(parts[1]), required, mayBeEmpty);
    }

    private Shape shape(String text) {
        String[] parts = text.split(" ", 2);
        String rest = parts.length > 1 ? parts[1] : "";
        return switch (parts[0]) {
            case "list" -> new Shape.Items(shape(rest));
            case "named" -> new Shape.Named(type(rest));
            case "free" -> new Shape.Free();
            case "removed" -> new Shape.Removed(rest);
            case "map" -> {
                String[] types = rest.split(" ", 2);
                yield new Shape.Texts(valueType(types[0]), valueType(types[1]));
            }
            default ->
                    Character.isUpperCase(text.charAt(0))
                            ? type(text)
                            : new Shape.Scalar(valueType(text));
        };
    }

    private ValueType valueType(String text) {
        List<String> words = List.of(text.split(" ", -1));
        return switch (words.get(0)) {
            case "ref" -> new ValueType.Reference(words.get(1), words.get(2));
            case "entry-point" -> new ValueType.EntryPoint();
            case "certificates" -> new ValueType.Pem(false);
            case "private-key" -> new ValueType.Pem(true);
            default -> judged(words);
        };
    }

    private ValueType judged(List<String> words) {
        String word = words.get(0);
        List<String> enumerated = values.get(word);
        return new ValueType.Judged(
                word,
                enumerated == null
                        ? Syntaxes.of(word, words.subList(1, words.size()))
                        : Syntaxes.of("enum", enumerated));
    }
}
