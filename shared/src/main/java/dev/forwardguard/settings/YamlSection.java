package dev.forwardguard.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One mapping of a YAML document, read key by key. Every getter takes its key out of the mapping,
 * so the keys that remain at the end are unknown ones. Error messages name the line and the full
 * key. A getter with a default also notes what is in force, given or not, so that no key can be
 * missing in the log. An override of the document is read together with it: where it has a key, its
 * value counts.
 */
public final class YamlSection {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern WORD = Pattern.compile("[a-z-]{1,20}");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    /** The most items of a list. */
    static final int MAX_ITEMS = 1_000;

    /** The longest value of a key and the longest item of a list, in characters. */
    static final int MAX_LENGTH = 4_096;

    private static final int QUOTED = 200;

    /** Stands for the name of somebody in a message. */
    private static final String SOMEBODY = "<user>";

    private final String prefix;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final Map<String, YamlSection> sections = new LinkedHashMap<>();
    private final Set<String> known = new TreeSet<>();
    private int line = 1;
    private final Notes notes;
    private final @Nullable YamlSection override;

    /**
     * What is noted of all sections of a document while they are read, by full keys.
     *
     * @param about what no message may quote
     */
    private record Notes(
            Map<String, String> inForce,
            Set<String> overridden,
            Optional<SettingsSchema> schema,
            About about) {
        static Notes of(Optional<SettingsSchema> schema, About about) {
            return new Notes(new LinkedHashMap<>(), new LinkedHashSet<>(), schema, about);
        }
    }

    /** What a section is about. */
    private enum About {
        THINGS,
        /** Its keys are names of people. Whoever reads {@code /status} would learn them. */
        PEOPLE,
        /** Its values are about a person. */
        PERSON
    }

    private YamlSection(String prefix, Notes notes, @Nullable YamlSection override) {
        this.prefix = prefix;
        this.notes = notes;
        this.override = override;
    }

    private static YamlSection root(
            Optional<SettingsSchema> schema, @Nullable YamlSection override) {
        return new YamlSection("", Notes.of(schema, About.THINGS), override);
    }

    /** A document without any key. */
    static YamlSection empty() {
        return root(Optional.empty(), null);
    }

    /** A document without any key, whose getters note in the schema what they would accept. */
    static YamlSection notedIn(SettingsSchema schema) {
        return root(Optional.of(schema), null);
    }

    /**
     * Parses a document.
     *
     * @throws InvalidSettingsException with the line, if this is not one YAML document whose root
     *     is a mapping, or if it is larger than 256 KiB, has more than 10,000 tokens, is nested
     *     more than 50 levels deep, or has aliases of mappings or lists
     */
    public static YamlSection parse(byte[] content) {
        return empty().with(YamlDocument.root(content));
    }

    /** Parses a document that this one goes over, to be read instead of either. */
    YamlSection over(byte[] content) {
        return root(Optional.empty(), this).with(YamlDocument.root(content));
    }

    private YamlSection with(@Nullable Node node) {
        if (node == null) {
            return this;
        }
        line = line(node);
        if (node.getTag().equals(Tag.NULL)) {
            return this;
        }
        if (!(node instanceof MappingNode mapping)) {
            String what =
                    prefix.isEmpty() ? "the document" : prefix.substring(0, prefix.length() - 1);
            throw new InvalidSettingsException(
                    line(node), what + " must be a mapping of keys to values");
        }
        for (NodeTuple entry : mapping.getValue()) {
            put(entry.getKeyNode(), entry.getValueNode());
        }
        return this;
    }

    private void put(Node keyNode, Node value) {
        if (!(keyNode instanceof ScalarNode scalar)) {
            throw new InvalidSettingsException(line(keyNode), "a key must be a plain word");
        }
        if (values.put(scalar.getValue(), value) != null) {
            throw new InvalidSettingsException(
                    line(keyNode), prefix + quoted(scalar.getValue()) + " is given twice");
        }
        lines.put(scalar.getValue(), line(keyNode));
    }

    /** The section under this key; empty if it is absent. Every call returns the same one. */
    public YamlSection section(String key) {
        YamlSection known = sections.get(key);
        if (known != null) {
            return known;
        }
        this.known.add(key);
        YamlSection over = override == null ? null : override.section(key);
        var section = new YamlSection(prefix + key + ".", notes, over).with(values.remove(key));
        sections.put(key, section);
        return section;
    }

    /** All settings that were taken, in this order: full keys, and values as in a document. */
    Map<String, String> inForce() {
        return notes.inForce;
    }

    /** The keys among them whose values come from the override. */
    Set<String> overridden() {
        return notes.overridden;
    }

    /** Notes the value that is in force for a key, and returns it. */
    <T> T inForce(String key, T value) {
        String written = written(value);
        notes.inForce.put(prefix + key, written);
        notes.schema.ifPresent(schema -> schema.setDefault(prefix + key, value, written));
        return value;
    }

    /** No type switch, whose code Java would generate at each start. */
    private static String written(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(YamlSection::written).orElse("");
        }
        if (value instanceof Duration duration) {
            return readable(duration);
        }
        return value instanceof Enum<?> constant ? word(constant) : value.toString();
    }

    /** The name of a constant as it is written in a document. */
    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void note(String key, Supplier<Map<String, Object>> schema) {
        notes.schema.ifPresent(all -> all.add(prefix + key, schema.get()));
    }

    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        note(key, () -> SettingsSchema.oneOf(words(type)));
        return converted(
                key,
                fallback,
                text -> {
                    for (E constant : type.getEnumConstants()) {
                        if (word(constant).equals(text)) {
                            return constant;
                        }
                    }
                    throw new IllegalArgumentException(
                            "must be one of " + String.join(", ", words(type)));
                });
    }

    private static <E extends Enum<E>> List<String> words(Class<E> type) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            words.add(word(constant));
        }
        return words;
    }

    public Duration duration(String key, Duration fallback, Duration shortest, Duration longest) {
        return duration(key, fallback, shortest, longest, "");
    }

    /** A duration within these bounds, or zero for what is to be off. */
    public Duration durationOrOff(
            String key, Duration fallback, Duration shortest, Duration longest) {
        return duration(key, fallback, shortest, longest, "0s, or ");
    }

    /**
     * @param alternative how zero is written in the error, if it is allowed besides; or nothing
     */
    private Duration duration(
            String key,
            Duration fallback,
            Duration shortest,
            Duration longest,
            String alternative) {
        note(key, () -> SettingsSchema.matching(DURATION));
        return converted(
                key,
                fallback,
                text -> {
                    Duration duration = duration(text);
                    boolean isOff = duration.isZero() && !alternative.isEmpty();
                    boolean within =
                            duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0;
                    if (!isOff && !within) {
                        throw new IllegalArgumentException(
                                "must be %sfrom %s to %s"
                                        .formatted(
                                                alternative,
                                                readable(shortest),
                                                readable(longest)));
                    }
                    return duration;
                });
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be a duration such as 500ms, 5s, 1m or 1h");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    /** Accepts only {@code true} and {@code false}, so that a typo cannot switch anything off. */
    public boolean flag(String key, boolean fallback) {
        note(key, SettingsSchema::flag);
        return converted(
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
        note(key, () -> SettingsSchema.integer(least, most));
        return converted(key, fallback, text -> integer(text, least, most));
    }

    public Set<Integer> integers(String key, Set<Integer> fallback, int least, int most) {
        note(key, () -> SettingsSchema.listOf(SettingsSchema.integer(least, most)));
        Node list = take(key);
        if (list == null) {
            return inForce(key, fallback);
        }
        Set<Integer> numbers = new TreeSet<>();
        for (ScalarNode item : items(key, list)) {
            numbers.add(convert(key, item, text -> integer(text, least, most)));
        }
        return inForce(key, numbers);
    }

    public <T> T texts(String key, T fallback, Function<List<String>, T> conversion) {
        return inForce(key, texts(key, conversion).orElse(fallback));
    }

    /** A list without a default. The caller notes what is {@link #inForce}. */
    <T> Optional<T> texts(String key, Function<List<String>, T> conversion) {
        note(key, () -> SettingsSchema.listOf(SettingsSchema.text()));
        return convertedTexts(key, conversion);
    }

    /** A list that is not empty if it is there: that it is not there means something else. */
    public <T> Optional<T> someTexts(String key, Function<List<String>, T> conversion) {
        note(key, () -> SettingsSchema.notEmpty(SettingsSchema.listOf(SettingsSchema.text())));
        return inForce(
                key,
                convertedTexts(
                        key,
                        texts -> {
                            if (texts.isEmpty()) {
                                throw new IllegalArgumentException(
                                        "must not be empty; it may be left out");
                            }
                            return conversion.apply(texts);
                        }));
    }

    private <T> Optional<T> convertedTexts(String key, Function<List<String>, T> conversion) {
        Node list = take(key);
        if (list == null) {
            return Optional.empty();
        }
        List<String> texts = items(key, list).stream().map(item -> text(key, item)).toList();
        try {
            return Optional.of(conversion.apply(texts));
        } catch (IllegalArgumentException e) {
            throw invalid(list, key, " " + brief(e.getMessage()));
        }
    }

    public <T> T value(String key, T fallback, Function<String, T> conversion) {
        note(key, SettingsSchema::text);
        return converted(key, fallback, conversion);
    }

    /** A value that has to be there. */
    public <T> T required(String key, Function<String, T> conversion) {
        note(key, SettingsSchema::text);
        notes.schema.ifPresent(schema -> schema.require(prefix + key));
        return converted(key, conversion)
                .orElseThrow(
                        () -> new InvalidSettingsException(line, prefix + key + " is missing"));
    }

    /**
     * A list of mappings, of which each is a section of its own. An override replaces all of them.
     *
     * @param example the shortest mapping that the conversion accepts, as YAML
     * @return an empty list if there is none
     */
    public <T> List<T> mappings(String key, String example, Function<YamlSection, T> conversion) {
        note(key, () -> SettingsSchema.listOf(schemaOf(example, conversion)));
        Node list = take(key);
        if (list == null) {
            return inForce(key, List.of());
        }
        if (!(list instanceof SequenceNode sequence)) {
            throw invalid(list, key, " must be a list");
        }
        List<T> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (items.size() == MAX_ITEMS) {
                throw invalid(item, key, " must have at most " + MAX_ITEMS + " values");
            }
            var section =
                    new YamlSection(
                                    prefix + key + ".",
                                    Notes.of(Optional.empty(), About.THINGS),
                                    null)
                            .with(item);
            items.add(conversion.apply(section));
            section.rejectOtherKeys();
        }
        return inForce(key, List.copyOf(items));
    }

    private static <T> Map<String, Object> schemaOf(
            String example, Function<YamlSection, T> conversion) {
        var schema = new SettingsSchema();
        Node node = YamlDocument.root(example.getBytes(UTF_8));
        var _ = conversion.apply(notedIn(schema).with(node));
        return schema.asItem();
    }

    /** A value without a default. The caller notes what is {@link #inForce}. */
    <T> Optional<T> value(String key, Function<String, T> conversion) {
        note(key, SettingsSchema::text);
        return converted(key, conversion);
    }

    /** A value without a default that is one of these constants, found by the conversion. */
    <E extends Enum<E>> Optional<E> constant(
            String key, Class<E> type, Function<String, E> conversion) {
        note(key, () -> SettingsSchema.oneOf(words(type)));
        return converted(key, conversion);
    }

    private <T> T converted(String key, T fallback, Function<String, T> conversion) {
        return inForce(key, converted(key, conversion).orElse(fallback));
    }

    private <T> Optional<T> converted(String key, Function<String, T> conversion) {
        Node node = take(key);
        if (node == null) {
            return Optional.empty();
        }
        if (!(node instanceof ScalarNode scalar) || node.getTag().equals(Tag.NULL)) {
            throw invalid(node, key, " must be a single value");
        }
        return Optional.of(convert(key, scalar, conversion));
    }

    /**
     * A mapping of names to sections that are about people. What is in force is noted as the result
     * writes itself, which must have neither the names nor the values. Errors have the line and the
     * key, with {@code <user>} for the name, and quote no value.
     *
     * @param one takes the section of a name, or rejects the name
     * @param all what the sections are together; there are none by default
     */
    public <E, T> T people(
            String key, BiFunction<String, YamlSection, E> one, Function<Map<String, E>, T> all) {
        note(
                key,
                () ->
                        SettingsSchema.people(
                                schema -> {
                                    var _ = one.apply("name", notedIn(schema));
                                }));
        Map<String, E> people = new LinkedHashMap<>();
        Node node = take(key);
        if (node != null) {
            String below = prefix + key + ".";
            var names =
                    new YamlSection(below, Notes.of(Optional.empty(), About.PEOPLE), null)
                            .with(node);
            for (Map.Entry<String, Node> entry : names.values.entrySet()) {
                if (people.size() == MAX_ITEMS) {
                    throw invalid(
                            entry.getValue(), key, " must have at most " + MAX_ITEMS + " names");
                }
                people.put(entry.getKey(), names.person(entry.getKey(), entry.getValue(), one));
            }
        }
        return inForce(key, all.apply(people));
    }

    private <E> E person(String name, Node node, BiFunction<String, YamlSection, E> one) {
        String below = prefix + SOMEBODY + ".";
        var section =
                new YamlSection(below, Notes.of(Optional.empty(), About.PERSON), null).with(node);
        try {
            E person = one.apply(name, section);
            section.rejectOtherKeys();
            return person;
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    lines.getOrDefault(name, 1), prefix + SOMEBODY + " " + brief(e.getMessage()));
        }
    }

    /** To be called when all settings were taken: rejects the keys that are left. */
    void rejectOtherKeys() {
        if (override != null) {
            override.rejectOtherKeys();
        }
        sections.values().forEach(YamlSection::rejectOtherKeys);
        for (String key : values.keySet()) {
            throw new InvalidSettingsException(
                    lines.getOrDefault(key, 1),
                    "unknown key "
                            + prefix
                            + quoted(key)
                            + "; known keys: "
                            + String.join(", ", known));
        }
    }

    /**
     * Rejects every key that is not one of these.
     *
     * @param allowed full keys; {@code section.*} stands for all keys of a section
     */
    void rejectKeysExcept(List<String> allowed) {
        for (Map.Entry<String, Node> entry : values.entrySet()) {
            String key = entry.getKey();
            Node value = entry.getValue();
            String section = prefix + key + ".";
            boolean isSection = allowed.stream().anyMatch(each -> each.startsWith(section));
            if (isSection && (value instanceof MappingNode || value.getTag().equals(Tag.NULL))) {
                new YamlSection(section, notes, null).with(value).rejectKeysExcept(allowed);
            } else if (!allowed.contains(prefix + key) && !allowed.contains(prefix + "*")) {
                throw new InvalidSettingsException(
                        lines.getOrDefault(key, 1),
                        prefix
                                + brief(key)
                                + " cannot be overridden; these can: "
                                + String.join(", ", allowed));
            }
        }
    }

    private @Nullable Node take(String key) {
        known.add(key);
        Node own = values.remove(key);
        Node over = override == null ? null : override.take(key);
        if (over == null) {
            return own;
        }
        notes.overridden.add(prefix + key);
        return over;
    }

    private List<ScalarNode> items(String key, Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            throw invalid(node, key, " must be a list");
        }
        List<ScalarNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (!(item instanceof ScalarNode scalar)) {
                throw invalid(item, key, " must be a list of single values");
            }
            if (items.size() == MAX_ITEMS) {
                throw invalid(item, key, " must have at most " + MAX_ITEMS + " values");
            }
            items.add(scalar);
        }
        return items;
    }

    private <T> T convert(String key, ScalarNode scalar, Function<String, T> conversion) {
        String text = text(key, scalar);
        try {
            return conversion.apply(text);
        } catch (IllegalArgumentException e) {
            String quotation = notes.about == About.THINGS ? ": " + brief(text) : "";
            throw invalid(scalar, key, " " + brief(e.getMessage()) + quotation);
        }
    }

    private String text(String key, ScalarNode scalar) {
        String text = scalar.getValue();
        if (text.length() > MAX_LENGTH) {
            throw invalid(scalar, key, " is longer than " + MAX_LENGTH + " characters");
        }
        return text;
    }

    private InvalidSettingsException invalid(Node at, String key, String problem) {
        if (override != null && !notes.overridden.contains(prefix + key)) {
            // valid by itself, but not together with the override
            return new InvalidSettingsException(
                    "with it, line "
                            + line(at)
                            + " of guard.yml is wrong: "
                            + prefix
                            + key
                            + problem);
        }
        return new InvalidSettingsException(line(at), prefix + key + problem);
    }

    /** A key in a message. What is about a person may stand where a key should be. */
    private String quoted(String key) {
        return switch (notes.about) {
            case THINGS -> brief(key);
            case PEOPLE -> SOMEBODY;
            case PERSON -> WORD.matcher(key).matches() ? key : "…";
        };
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
