package dev.forwardguard.servers;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** An installed program that tests need. */
public record Program(Path path) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String BUILD =
            "manifests/servers/kubernetes/build.sh DIRECTORY builds it, with Go 1.26 or later; set"
                    + " KUBERNETES to DIRECTORY";

    /** Finds a program. If it is missing, skips the test, or fails it in CI. */
    public static Program installed(String name, String debianPackage) {
        return inPath(name).orElseGet(() -> missing(name, "apt-get install " + debianPackage));
    }

    /**
     * Finds a program that comes inside a wheel. The environment variable with its name, in capital
     * letters, says where it is; otherwise it is searched as all others are.
     */
    public static Program fromWheel(String name, String wheel) {
        String variable = name.toUpperCase(Locale.ROOT);
        String path = System.getenv().getOrDefault(variable, "");
        if (!path.isEmpty()) {
            if (!Files.isExecutable(Path.of(path))) {
                throw new AssertionError(variable + " is not a program: " + path);
            }
            return new Program(Path.of(path));
        }
        return inPath(name)
                .orElseGet(
                        () ->
                                missing(
                                        name,
                                        "pip install %s, and set %s if it is not in the PATH"
                                                .formatted(wheel, variable)));
    }

    /**
     * Finds a program that {@code kubernetes/build.sh} builds: in the directory that {@code
     * KUBERNETES} names, otherwise as all others. While the process {@code KUBERNETES_BUILD} is
     * still building, waits for it.
     */
    public static Program built(String name) {
        String build = System.getenv().getOrDefault("KUBERNETES_BUILD", "");
        if (!build.isEmpty()) {
            ProcessHandle.of(Long.parseLong(build)).ifPresent(each -> each.onExit().join());
        }
        String directory = System.getenv().getOrDefault("KUBERNETES", "");
        if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
            return new Program(Path.of(directory, name));
        }
        return inPath(name).orElseGet(() -> missing(name, BUILD));
    }

    private static Optional<Program> inPath(String name) {
        // Debian has nginx in /usr/sbin, which only root has in its PATH
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Program::new);
    }

    private static Program missing(String name, String remedy) {
        String line = name + " is not installed; " + remedy;
        if ("true".equals(System.getenv("CI"))) {
            return fail(line);
        }
        System.out.println("SKIPPED: tests with " + name + ": " + line);
        return abort(line);
    }

    /** Starts it; its output goes to a file in the directory. */
    public ChildProcess start(Path directory, Map<String, String> variables, String... arguments) {
        return start(directory, variables, List.of(), List.of(arguments));
    }

    /**
     * Starts it by means of another program.
     *
     * @param launcher prefix of the command, such as {@code taskset -c 0}
     */
    ChildProcess start(
            Path directory,
            Map<String, String> variables,
            List<String> launcher,
            List<String> arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(path.toString());
        command.addAll(arguments);
        Path log = directory.resolve(path.getFileName() + "-" + System.nanoTime() + ".log");
        return ChildProcess.start(log, variables, command);
    }

    /** Runs it and returns its output; fails unless it exits with 0. */
    public String run(Path directory, String... arguments) {
        try (var process = start(directory, Map.of(), arguments)) {
            int status = process.awaitExit(PATIENCE);
            if (status != 0) {
                throw new AssertionError(
                        path + " " + List.of(arguments) + ": " + status + "\n" + process.output());
            }
            return process.output();
        }
    }
}
