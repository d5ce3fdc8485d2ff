package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of all metrics of the guards. A counter whose name ends with {@code created}, {@code
 * info} or {@code bucket} would silently replace another one.
 */
class MetricsIT {
    private static final Pattern EXPORTED =
            Pattern.compile("(?m)^# TYPE (guard_\\S+) (?:counter|gauge|histogram|summary)$");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(guard_\\w+)` \\|");

    @TempDir private Path directory;

    @Test
    void exportsMetricsOfManualAndNoOthers() throws IOException {
        Set<String> exported = new TreeSet<>();
        exported.addAll(exportedBy("bot-block-guard"));
        exported.addAll(exportedBy("authentik-guard"));
        // a timer has one, too
        Set.copyOf(exported).forEach(name -> exported.remove(name + "_max"));

        assertThat(exported).containsExactlyInAnyOrderElementsOf(documented());
    }

    private List<String> exportedBy(String name) throws IOException {
        String settings = "upstream: {url: 'http://127.0.0.1:9'}\n";
        try (var guard = GuardProcess.startWithSecret(name, directory, settings)) {
            guard.awaitHealthy();
            return names(
                    EXPORTED,
                    RawHttp.to(guard.managementPort()).ask(RawRequest.get("/prometheus")).body());
        }
    }

    private static Set<String> documented() {
        String manual = Manual.of("manifests/components/monitoring/README.md").text();
        return Set.copyOf(names(DOCUMENTED, manual));
    }

    private static List<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toList());
    }
}
