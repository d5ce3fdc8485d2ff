package dev.forwardguard.testing.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The keys of {@code guard.yml} in the tables of the manuals. */
public final class DocumentedKeys {
    private static final Pattern SECTION = Pattern.compile("(?s)\n## Settings\n.*?\n## ");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.-]+)` \\|.*$");

    /** A few rows explain the keys next to theirs. */
    private static final Pattern BESIDE = Pattern.compile("`(breaker\\.[a-z-]+)`");

    private DocumentedKeys() {}

    /** The keys in the manual of a module. */
    public static Set<String> of(String module) {
        Set<String> keys = new TreeSet<>();
        ROW.matcher(section(Path.of("..", module, "README.md")))
                .results()
                .forEach(
                        row -> {
                            keys.add(row.group(1));
                            BESIDE.matcher(row.group())
                                    .results()
                                    .forEach(beside -> keys.add(beside.group(1)));
                        });
        return keys;
    }

    private static String section(Path manual) {
        try {
            var section = SECTION.matcher(Files.readString(manual));
            if (!section.find()) {
                throw new AssertionError("no settings in " + manual);
            }
            return section.group();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
