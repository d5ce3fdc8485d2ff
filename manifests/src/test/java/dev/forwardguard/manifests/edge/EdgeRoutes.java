package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.AotCache;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Repository;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code edge-routes}. */
final class EdgeRoutes {
    private static final Path JAR =
            Repository.ROOT.resolve("manifests/edge/tool/target/edge-routes.jar");

    private static final Duration PATIENCE = Duration.ofMinutes(3);

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

    private static final class StartUp {
        static final AotCache CACHE = AotCache.record("edge-routes", StartUp::train);

        private StartUp() {}

        private static void train(Path directory) {
            List<String> command = command(AotCache.recorded(directory));
            command.addAll(List.of("status", "--endpoints"));
            command.add("http://127.0.0.1:" + Loopback.freePort());
            try (var run = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {
                run.awaitExit(PATIENCE);
            }
        }
    }

    private static List<String> command(String option) {
        if (!Files.exists(JAR)) {
            throw new AssertionError("build first, with mvn package: " + JAR + " is not there");
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ArrayList<>(
                List.of(
                        java.toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        option,
                        "-jar",
                        JAR.toString()));
    }

    /** Starts it. */
    ChildProcess start(String... arguments) {
        List<String> command = command(StartUp.CACHE.used());
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
