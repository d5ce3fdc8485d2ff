package dev.forwardguard.settings;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

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
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    /** The most items of a list. */
    static final int MAX_ITEMS = 1_000;

    /** The longest value of a key and the longest item of a list, in characters. */
    static final int MAX_LENGTH = 4_096;

    private static final int QUOTED = 200;

    private final String prefix;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();

    private YamlSection(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Parses a document.
     *
     * @throws InvalidSettingsException with the line, if this is not one YAML document whose root
     *     is a mapping, or if it is larger than 256 KiB, has more than 10,000 tokens, is nested
     *     more than 50 levels deep, or has aliases of mappings or lists
     */
    public static YamlSection parse(byte[] content) {
        return of("", YamlDocument.root(content));
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
                    line(keyNode), prefix + brief(scalar.getValue()) + " is given twice");
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
            texts.add(text(key, item));
        }
        try {
            return conversion.apply(texts);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    line(node), prefix + key + " " + brief(e.getMessage()));
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
                    "unknown key "
                            + prefix
                            + brief(key)
                            + "; known keys: "
                            + String.join(", ", known));
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
            if (scalars.size() == MAX_ITEMS) {
                throw new InvalidSettingsException(
                        line(item), prefix + key + " must have at most " + MAX_ITEMS + " values");
            }
            scalars.add(scalar);
        }
        return scalars;
    }

    private <T> T convert(String key, ScalarNode scalar, Function<String, T> conversion) {
        String text = text(key, scalar);
        try {
            return conversion.apply(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    line(scalar), prefix + key + " " + brief(e.getMessage()) + ": " + brief(text));
        }
    }

    private String text(String key, ScalarNode scalar) {
        String text = scalar.getValue();
        if (text.length() > MAX_LENGTH) {
            throw new InvalidSettingsException(
                    line(scalar), prefix + key + " is longer than " + MAX_LENGTH + " characters");
        }
        return text;
    }

    /** The beginning of a text as part of a message of one line. */
    static String brief(@Nullable String text) {
        String all = String.valueOf(text);
        String part = all.length() > QUOTED ? all.substring(0, QUOTED) + "…" : all;
        return CONTROL.matcher(part).replaceAll("?");
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
        return YamlDocument.line(node.getStartMark());
    }
}
