package dev.forwardguard.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The classes that a Java program loads, as the JVM lays them out in memory: with them it starts in
 * a third of the time. Tests start each program some hundred times.
 */
public final class AotCache {
    private final Path file;

    private AotCache(Path file) {
        this.file = file;
    }

    /**
     * Records one run of the program.
     *
     * @param training runs the program to its end, with the option {@link #recorded} of this
     *     directory, which may have other files of that run
     */
    public static AotCache record(String program, Consumer<Path> training) {
        try {
            Path directory = Files.createTempDirectory(program);
            directory.toFile().deleteOnExit();
            training.accept(directory);
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(each -> each.toFile().deleteOnExit());
            }
            if (!Files.exists(in(directory))) {
                throw new AssertionError(program + " has written no AOT cache");
            }
            return new AotCache(in(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path in(Path directory) {
        return directory.resolve("classes.aot");
    }

    /** The option of the JVM that writes the cache when the program ends. */
    public static String recorded(Path directory) {
        return "-XX:AOTCacheOutput=" + in(directory);
    }

    /** The option of the JVM that uses it; all others must be as in the training. */
    public String used() {
        return "-XX:AOTCache=" + file;
    }
}
