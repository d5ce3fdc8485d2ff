package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.ChildProcess;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code edge-routes}. */
final class EdgeRoutes {
    private static final Path JAR =
            Path.of("..")
                    .toAbsolutePath()
                    .normalize()
                    .resolve("manifests/edge/tool/target/edge-routes.jar");

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** It runs for a second, so its start is what costs. */
    private static final List<String> QUICK_START =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

    private final Path directory;
    private final Map<String, String> variables;

    /**
     * @param directory for its output
     * @param variables of its environment, such as {@code EDGE_ETCD_ENDPOINTS}
     */
    EdgeRoutes(Path directory, Map<String, String> variables) {
        this.directory = directory;
        this.variables = variables;
    }

    /** How a run has ended, and what it has printed. */
    record Result(int status, String output) {}

    /** Starts it. */
    ChildProcess start(String... arguments) {
        if (!Files.exists(JAR)) {
            throw new AssertionError("build first, with mvn package: " + JAR + " is not there");
        }
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(QUICK_START);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path log = directory.resolve("edge-routes-" + System.nanoTime() + ".log");
        return ChildProcess.start(log, variables, command);
    }

    /** Runs it to its end. */
    Result run(String... arguments) {
        try (var process = start(arguments)) {
            int status = process.awaitExit(PATIENCE);
            return new Result(status, process.output());
        }
    }

    /** Runs it, and fails unless it ends well. */
    String succeed(String... arguments) {
        Result result = run(arguments);
        if (result.status() != 0) {
            throw new AssertionError(
                    List.of(arguments)
                            + ": exit status "
                            + result.status()
                            + "\n"
                            + result.output());
        }
        return result.output();
    }
}
