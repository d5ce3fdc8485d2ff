package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

class CheckTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine command =
            new CommandLine(new EdgeRoutes())
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true));

    @TempDir private Path directory;
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = directory.resolve("routes.yaml");
    }

    @Test
    void countsValidObjects() throws IOException {
        Files.writeString(
                file,
                """
                http:
                  routers:
                    a: {rule: Path(`/a`), service: ping@internal}
                    b: {rule: Path(`/b`), service: ping@internal, entryPoints: [intern]}
                  middlewares:
                    c: {compress: {}}
                """);

        int status = command.execute("check", "--entry-points", "intern,dns/udp", file.toString());

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(out.toString()).isEqualTo("2 routers, 1 middleware are valid%n".formatted());
    }

    @Test
    void printsProblems() throws IOException {
        Files.writeString(file, "http:\n  routers:\n    a: {rul: Path(`/`)}\n");

        int status = command.execute("check", directory.toString());

        assertThat(status).isEqualTo(1);
        assertThat(err.toString())
                .contains(file + ":3: http.routers.a.rul: unknown field, did you mean rule?\n")
                .endsWith("1 problem\n");
    }

    @Test
    void boundsItsOutput() throws IOException {
        StringBuilder yaml = new StringBuilder("http:\n  routers:\n");
        for (int i = 0; i < 300; i++) {
            yaml.append("    r%d: {rule: Path(`/`)}\n".formatted(i));
        }
        Files.writeString(file, yaml);

        int status = command.execute("check", directory.toString());

        assertThat(status).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(102).endsWith("and 200 more", "300 problems");
    }

    @Test
    void needsAFile() {
        assertThat(command.execute("check")).isEqualTo(1);
        assertThat(command.execute("chekc")).isEqualTo(1);
    }
}
