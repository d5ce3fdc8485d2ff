package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** What must not reach a terminal or a log. */
class TerminalTest {
    @TempDir private Path directory;
    private final Commands commands = new Commands();

    @AfterEach
    void close() {
        commands.close();
    }

    /** Line end, CSI of ASCII and of C1, separators, bidi controls, a half character. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "\u001b[31m",
                "\u009b31m",
                "\u0085",
                "\u2028",
                "\u2029",
                "\u202e",
                "\u2066",
                "\u200f",
                "\u061c",
                "\ud800"
            })
    void printsNoControls(String control) {
        var out = new StringWriter();
        var terminal = new Terminal(new PrintWriter(out), new PrintWriter(out));

        terminal.line("ä a" + control + "b €");

        assertThat(out.toString()).matches("ä a\\?(\\[?31m)?b €\\R");
    }

    @Test
    void printsNoControlsOfFilesAndOptions() throws IOException {
        Path file = directory.resolve("a\u202eb.yaml");
        Files.writeString(file, "http: {rou\u202eters: {}}");

        commands.runAlone("check", file.toString());
        commands.runAlone("check", "--no\u202ething");
        commands.runAlone("check", directory.resolve("no\u202efile").toString());

        assertThat(commands.errors()).isNotEmpty().noneMatch(each -> each.contains("\u202e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://alice:wonderland@127.0.0.1:1",
                "http://alice:wonder@land@127.0.0.1:1",
                "http://alice:wonderland %@127.0.0.1:1",
                "alice:wonderland@127.0.0.1:1",
                "ftp://alice:wonderland@127.0.0.1:1",
                "https://wonderland@127.0.0.1:1"
            })
    void printsNoPasswordsOfUrls(String url) {
        assertThat(commands.run("status", url)).isEqualTo(1);
        assertThat(commands.run("apply", "routes.yaml", "--wait", url)).isEqualTo(1);
        assertThat(commands.runAlone("status", "http://127.0.0.1:1", "--endpoints", url))
                .isEqualTo(1);

        assertThat(commands.errors())
                .noneMatch(each -> each.contains("wonder") || each.contains("alice"));
        assertThat(commands.fake().requests()).isEmpty();
    }
}
