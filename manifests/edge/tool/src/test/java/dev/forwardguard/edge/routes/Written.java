package dev.forwardguard.edge.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Routes as tests write them. */
final class Written {
    private Written() {}

    /** What is wrong with one file, a line each, without the file's name. */
    static List<String> problems(Path directory, String yaml) {
        Path file = write(directory, "routes.yaml", yaml);
        return RouteFiles.read(List.of(file), FullExample.ENTRY_POINTS)
                        instanceof Routes.Invalid(List<Problem> problems)
                ? problems.stream()
                        .map(problem -> problem.toString().replace(file + ":", ""))
                        .toList()
                : List.of();
    }

    /** The keys of one file, which must be right. */
    static KeyTree keys(Path directory, String yaml) {
        Path file = write(directory, "routes.yaml", yaml);
        return switch (RouteFiles.read(List.of(file), FullExample.ENTRY_POINTS)) {
            case Routes.Valid(KeyTree keys) -> keys;
            case Routes.Invalid(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    static Path write(Path directory, String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
