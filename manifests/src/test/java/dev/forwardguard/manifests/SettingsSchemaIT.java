package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What editors do with the {@code guard.yml} of the base: they follow its first line. */
class SettingsSchemaIT {
    private static final String LINE = "# yaml-language-server: $schema=";

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void isNamedByBaseAndValid(String guard) throws IOException {
        Path file = Kustomization.MANIFESTS.resolve("base").resolve(guard).resolve("guard.yml");
        String text = Files.readString(file);
        String first = text.lines().findFirst().orElseThrow();
        assertThat(first).startsWith(LINE);

        Path schema = file.resolveSibling(first.substring(LINE.length())).normalize();

        assertThat(schema).isEqualTo(Repository.ROOT.resolve(guard).resolve("guard.schema.json"));
        assertThat(
                        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                                .getSchema(Files.readString(schema), InputFormat.JSON)
                                .validate(text, InputFormat.YAML))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void isPrinted(String guard) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = List.of(java, "-jar", Repository.jarOf(guard).toString(), "--schema");
        try (var process = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {

            assertThat(process.awaitExit(Duration.ofSeconds(20))).isZero();
            assertThat(process.output())
                    .isEqualTo(
                            Files.readString(
                                    Repository.ROOT.resolve(guard).resolve("guard.schema.json")));
        }
    }
}
