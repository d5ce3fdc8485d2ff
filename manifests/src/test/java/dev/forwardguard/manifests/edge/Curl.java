package dev.forwardguard.manifests.edge;

import dev.forwardguard.servers.Program;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code curl}, as the manual uses it. */
final class Curl {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Curl() {}

    /** The output; fails unless the answer is below 400. */
    static String run(Path directory, String... arguments) {
        return curl().run(directory, with(List.of("--fail-with-body"), arguments));
    }

    /** The status of the answer, {@code 000} if there was none. */
    static String status(Path directory, String... arguments) {
        return statuses(directory, arguments).getFirst();
    }

    /** The status of each answer, if the address stands for many, such as {@code …/a?[1-9]}. */
    static List<String> statuses(Path directory, String... arguments) {
        var options = List.of("--output", "/dev/null", "--write-out", "%{http_code}\\n");
        return output(directory, with(options, arguments)).lines().toList();
    }

    /** Header section and body of the answer, whatever its status. */
    static String answer(Path directory, String... arguments) {
        return output(directory, with(List.of("--include"), arguments));
    }

    private static String output(Path directory, String... arguments) {
        try (var process = curl().start(directory, Map.of(), arguments)) {
            process.awaitExit(LIMIT);
            return process.output();
        }
    }

    private static String[] with(List<String> options, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--silent", "--max-time", "30"));
        all.addAll(options);
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    private static Program curl() {
        return Program.installed("curl", "curl");
    }
}
