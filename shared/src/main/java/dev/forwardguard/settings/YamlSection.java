package dev.forwardguard.settings;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One mapping of a YAML document, read key by key. Every getter takes its key out of the mapping,
 * so the keys that remain at the end are unknown ones. Error messages name the line and the full
 * key.
 */
public final class YamlSection {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private final String prefix;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    private YamlSection(String prefix) {
        this.prefix = prefix;
    }

    public static YamlSection parse(byte[] content) {
        String document = new String(content, StandardCharsets.UTF_8);
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setCodePointLimit(1 << 20);
        options.setMaxAliasesForCollections(0);
        try {
            Node root = new Yaml(options).compose(new StringReader(document));
            return of("", root);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new InvalidSettingsException(line, "not YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw new InvalidSettingsException(1, "not YAML: " + e.getMessage());
        }
    }

    private static YamlSection of(String prefix, @Nullable Node node) {
        var section = new YamlSection(prefix);
        if (node == null || node.getTag().equals(Tag.NULL)) {
            return section;
        }
        if (!(node instanceof MappingNode mapping)) {
            String what =
                    prefix.isEmpty() ? "the document" : prefix.substring(0, prefix.length() - 1);
            throw new InvalidSettingsException(
                    line(node), what + " must be a mapping of keys to values");
        }
        for (NodeTuple entry : mapping.getValue()) {
            section.put(entry.getKeyNode(), entry.getValueNode());
        }
        return section;
    }

    private void put(Node keyNode, Node value) {
        if (!(keyNode instanceof ScalarNode scalar)) {
            throw new InvalidSettingsException(line(keyNode), "a key must be a plain word");
        }
        if (values.put(scalar.getValue(), value) != null) {
            throw new InvalidSettingsException(
                    line(keyNode), prefix + scalar.getValue() + " is given twice");
        }
        lines.put(scalar.getValue(), line(keyNode));
    }

    public YamlSection section(String key) {
        return of(prefix + key + ".", take(key));
    }

    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        return value(
                key,
                fallback,
                text -> {
                    List<String> names = new ArrayList<>();
                    for (E constant : type.getEnumConstants()) {
                        String name = constant.name().toLowerCase(Locale.ROOT);
                        if (name.equals(text)) {
                            return constant;
                        }
                        names.add(name);
                    }
                    throw new IllegalArgumentException(
                            "must be one of " + String.join(", ", names));
                });
    }

    public Duration duration(String key, Duration fallback, Duration shortest, Duration longest) {
        return value(
                key,
                fallback,
                text -> {
                    Matcher matcher = DURATION.matcher(text);
                    if (!matcher.matches()) {
                        throw new IllegalArgumentException(
                                "must be a duration such as 500ms, 5s or 1m");
                    }
                    long amount = Long.parseLong(matcher.group(1));
                    Duration duration =
                            switch (matcher.group(2)) {
                                case "ms" -> Duration.ofMillis(amount);
                                case "s" -> Duration.ofSeconds(amount);
                                default -> Duration.ofMinutes(amount);
                            };
                    if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
                        throw new IllegalArgumentException(
                                "must be from " + readable(shortest) + " to " + readable(longest));
                    }
                    return duration;
                });
    }

    /** Accepts only {@code true} and {@code false}, so that a typo cannot switch anything off. */
    public boolean flag(String key, boolean fallback) {
        return value(
                key,
                fallback,
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException("must be true or false");
                        });
    }

    public int integer(String key, int fallback, int least, int most) {
        return value(key, fallback, text -> integer(text, least, most));
    }

    public Set<Integer> integers(String key, Set<Integer> fallback, int least, int most) {
        Set<Integer> numbers = new TreeSet<>();
        Node node = values.get(key);
        if (node == null) {
            take(key);
            return fallback;
        }
        for (ScalarNode item : scalars(key, node)) {
            numbers.add(convert(key, item, text -> integer(text, least, most)));
        }
        return numbers;
    }

    public <T> T texts(String key, T fallback, Function<List<String>, T> conversion) {
        Node node = values.get(key);
        if (node == null) {
            take(key);
            return fallback;
        }
        List<String> texts = new ArrayList<>();
        for (ScalarNode item : scalars(key, node)) {
            texts.add(item.getValue());
        }
        try {
            return conversion.apply(texts);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(line(node), prefix + key + " " + e.getMessage());
        }
    }

    public <T> T value(String key, T fallback, Function<String, T> conversion) {
        Node node = take(key);
        if (node == null) {
            return fallback;
        }
        if (!(node instanceof ScalarNode scalar) || node.getTag().equals(Tag.NULL)) {
            throw new InvalidSettingsException(
                    line(node), prefix + key + " must be a single value");
        }
        return convert(key, scalar, conversion);
    }

    public void rejectOtherKeys() {
        for (String key : values.keySet()) {
            throw new InvalidSettingsException(
                    lines.getOrDefault(key, 1),
                    "unknown key " + prefix + key + "; known keys: " + String.join(", ", known));
        }
    }

    private @Nullable Node take(String key) {
        known.add(key);
        return values.remove(key);
    }

    private List<ScalarNode> scalars(String key, Node node) {
        take(key);
        if (!(node instanceof SequenceNode sequence)) {
            throw new InvalidSettingsException(line(node), prefix + key + " must be a list");
        }
        List<ScalarNode> scalars = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (!(item instanceof ScalarNode scalar)) {
                throw new InvalidSettingsException(
                        line(item), prefix + key + " must be a list of single values");
            }
            scalars.add(scalar);
        }
        return scalars;
    }

    private <T> T convert(String key, ScalarNode scalar, Function<String, T> conversion) {
        try {
            return conversion.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    line(scalar), prefix + key + " " + e.getMessage() + ": " + scalar.getValue());
        }
    }

    private static Integer integer(String text, int least, int most) {
        String range = "must be a whole number from " + least + " to " + most;
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(range);
        }
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw new IllegalArgumentException(range);
        }
        return number;
    }

    private static String readable(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() + "s"
                : duration.toMillis() + "ms";
    }

    private static int line(Node node) {
        return node.getStartMark() == null ? 1 : node.getStartMark().getLine() + 1;
    }
}
