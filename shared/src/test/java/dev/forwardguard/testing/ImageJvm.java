package dev.forwardguard.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own with the JVM options of the image, for what may end a process: with these
 * options a heap that overflows does.
 */
public final class ImageJvm {
    private static final int SECONDS = 120;

    /**
     * How the process ended.
     *
     * @param status 0, unless it failed
     * @param output what it printed, also as errors
     */
    public record Ended(int status, String output) {}

    private ImageJvm() {}

    /**
     * Runs a program of this class path to its end.
     *
     * @param heap the size of the heap, such as {@code 24m}
     * @param work a directory for the output
     * @throws AssertionError if it has not ended after two minutes
     */
    public static Ended run(String heap, Path work, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(heap, work, System.getProperty("java.class.path"), main.getName(), arguments);
    }

    /** Runs a program of another class path to its end. */
    public static Ended run(
            String heap, Path work, String classPath, String main, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(work, "output", ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + options());
        command.addAll(List.of("-Xmx" + heap, "-cp", classPath, main));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + Files.readString(output));
            }
            return new Ended(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path options() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null) {
            Path options = directory.resolve("manifests/image/jvm.options");
            if (Files.exists(options)) {
                return options;
            }
            directory = directory.getParent();
        }
        throw new IllegalStateException("no manifests/image/jvm.options above this directory");
    }
}
