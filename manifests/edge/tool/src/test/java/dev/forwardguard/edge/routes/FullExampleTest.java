package dev.forwardguard.edge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.routes.model.ValueType;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One typing error in each place of a full example is found, with its file and line. */
class FullExampleTest {
    /** A user chooses these, or a plugin does. */
    private static final String OWN_NAMES = "my-.*|X-.*|text|number|flag|items|label";

    /** A plugin takes any shape. */
    private static final String OF_PLUGINS = "my-demo|text|number|flag|items|label";

    /** What breaks a type that takes nearly any text. All others refuse {@code no-such-name}. */
    private static final Map<String, String> BROKEN =
            Map.of(
                    "protocol", "a b",
                    "string", "\"a\\ab\"",
                    "secret", "\"a\\ab\"",
                    "header-value", "\"a\\ab\"",
                    "text", "\"\\0\"",
                    "regexp", "(",
                    "token", "a b",
                    "allowed-header", "a b",
                    "domain", "a b");

    @TempDir private static Path directory;
    private static FullExample example;

    @BeforeAll
    static void copy() throws IOException {
        example = FullExample.in(directory);
    }

    @Test
    void isValid() {
        assertThat(example.read()).isInstanceOf(Routes.Valid.class);
    }

    @Test
    void hasEveryMiddleware() throws IOException {
        KeyTree keys = example.draft().keyTree();

        assertThat(Middlewares.KINDS)
                .isNotEmpty()
                .allSatisfy(
                        kind ->
                                assertThat(keys.keys().keySet())
                                        .anyMatch(
                                                key ->
                                                        key.matches(
                                                                ".*/middlewares/[^/]+/"
                                                                        + kind
                                                                        + "(/.*)?")));
    }

    /**
     * Keys of one depth are mistyped at once: none of them hides another, and each must be named in
     * its own line.
     */
    @Test
    void eachMistypedKeyIsFound() throws IOException {
        Map<Integer, Map<Line, String>> byDepth = new TreeMap<>();
        for (Line line : lines()) {
            if (!line.key().isEmpty() && !line.key().matches(OWN_NAMES)) {
                byDepth.computeIfAbsent(line.start().length(), depth -> new LinkedHashMap<>())
                        .put(line, line.withKey(mistyped(line.key())));
            }
        }

        for (Map<Line, String> mistyped : byDepth.values()) {
            List<Problem> problems = example.problems(mistyped);

            assertThat(mistyped.keySet())
                    .allSatisfy(
                            line ->
                                    assertThat(problems)
                                            .filteredOn(line::isPlaceOf)
                                            .anyMatch(
                                                    problem ->
                                                            problem.where()
                                                                    .endsWith(
                                                                            mistyped(line.key()))));
        }
        assertThat(byDepth.values().stream().mapToInt(Map::size).sum()).isGreaterThan(300);
    }

    private static String mistyped(String key) {
        return key + key.charAt(key.length() - 1);
    }

    @Test
    void eachBrokenValueIsFound() throws IOException {
        Map<String, ValueType> types = new Values(example.draft()).types();
        Map<Line, String> broken = new LinkedHashMap<>();
        for (Line line : lines()) {
            ValueType type = types.get(line.toString());
            if (type != null && !line.isBlock() && !line.value().isEmpty()) {
                String word = type instanceof ValueType.Judged judged ? judged.word() : "";
                broken.put(line, line.withValue(BROKEN.getOrDefault(word, "no-such-name")));
            }
        }

        assertEachFound(broken);
        assertThat(broken).hasSizeGreaterThan(300);
    }

    /** A list where a value should be, an object where anything else should be, and nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"[[a]]", "{a: b}", ""})
    void eachValueOfAnotherShapeIsFound(String shape) throws IOException {
        Map<Line, String> others = new LinkedHashMap<>();
        for (Line line : lines()) {
            if (!line.value().isEmpty() && !line.isBlock() && !line.key().matches(OF_PLUGINS)) {
                others.put(line, line.withValue(shape));
            }
        }

        assertEachFound(others);
        assertThat(others).hasSizeGreaterThan(300);
    }

    private static void assertEachFound(Map<Line, String> changes) throws IOException {
        List<Problem> problems = example.problems(changes);

        assertThat(changes.keySet()).allMatch(line -> problems.stream().anyMatch(line::isPlaceOf));
    }

    private static List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        for (Path file : example.files()) {
            lines.addAll(Line.of(file));
        }
        return lines;
    }
}
