package dev.forwardguard.edge.routes;

import dev.forwardguard.edge.routes.yaml.YamlException;
import dev.forwardguard.edge.routes.yaml.YamlFile;
import dev.forwardguard.edge.routes.yaml.YamlValue.Mapping;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files with every kind of object and nearly every field, one value a line. All names that users
 * choose begin with {@code my-}, those of headers with {@code X-}.
 *
 * @param directory a copy of them, in which a test may change a file
 */
record FullExample(Path directory) {
    static final Set<String> ENTRY_POINTS = Set.of("web", "websecure", "dns/udp");

    static FullExample in(Path directory) throws IOException {
        Path original = original();
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = directory.resolve(original.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return new FullExample(directory);
    }

    private static Path original() {
        try {
            return Path.of(FullExample.class.getResource("full-example").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    Routes read() {
        return RouteFiles.read(List.of(directory), ENTRY_POINTS);
    }

    Draft draft() throws IOException {
        Draft draft = new Draft();
        RouteFiles.convert(List.copyOf(mappings().values()), new EntryPoints(ENTRY_POINTS), draft);
        return draft;
    }

    private Map<Path, Mapping> mappings() throws IOException {
        Map<Path, Mapping> mappings = new LinkedHashMap<>();
        for (Path file : files()) {
            mappings.put(file, mapping(file));
        }
        return mappings;
    }

    private static Mapping mapping(Path file) throws IOException {
        try {
            return YamlFile.read(file);
        } catch (YamlException e) {
            throw new AssertionError(e);
        }
    }

    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /**
     * What is wrong when some lines are changed. The files are as before, afterwards.
     *
     * @param changes the new text of lines
     */
    List<Problem> problems(Map<Line, String> changes) throws IOException {
        Map<Path, List<String>> before = new LinkedHashMap<>();
        for (Path file : files()) {
            before.put(file, Files.readAllLines(file));
        }
        try {
            for (var file : before.entrySet()) {
                List<String> lines = new ArrayList<>(file.getValue());
                changes.forEach(
                        (line, text) -> {
                            if (line.file().equals(file.getKey())) {
                                lines.set(line.number() - 1, text);
                            }
                        });
                Files.write(file.getKey(), lines);
            }
            return read() instanceof Routes.Invalid(List<Problem> problems) ? problems : List.of();
        } finally {
            for (var file : before.entrySet()) {
                Files.write(file.getKey(), file.getValue());
            }
        }
    }
}
