package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Tests {@code manifests/local/run.sh} in a fresh clone with built guards. */
@EnabledOnOs(OS.LINUX)
class LocalRunIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration DEMO = Duration.ofSeconds(90);
    private static final int INTERRUPTED = 130;

    private static Checkout checkout;

    @TempDir private Path directory;
    private Path log;

    @BeforeAll
    static void checkOut(@TempDir Path directory) {
        Program.installed("openssl", "openssl"); // run.sh makes a password hash with it
        checkout = Checkout.in(directory);
    }

    @BeforeEach
    void forgetOtherRuns() {
        checkout.forgetRuns();
        log = directory.resolve("run.log");
    }

    /** And keeps the guards for their status pages, with authentik's outpost down. */
    @Test
    void demonstratesEachOutageAsDocumentedAndKeepsTheLast() {
        try (var run = LocalRun.start(log, checkout, Map.of(), "--demo", "--keep")) {
            run.awaitInstructions();

            String output = run.process().output();
            assertThat(output)
                    .contains("upstream", "healthy", "refused", "hang", "503", "drip")
                    .contains("connect_refused", "deadline", "bad_status", "X-authentik-username")
                    .contains("login-down", "login_down")
                    .containsPattern(
                            "All \\d+ responses, their reasons and times are as documented")
                    .doesNotContain("WRONG", "Building");
            assertThat(status("bot-block-guard", output)).contains("\"circuit\":\"closed\"");
            assertThat(status("authentik-guard", output)).contains("\"circuit\":\"open\"");
            assertCommandsWork(6, output, group(output, "which is (\\S+)"));
            interruptAndAwaitExit(run);
        }
    }

    private String status(String guard, String output) {
        return shell("curl -fsS " + group(output, guard + " (http://\\S+/status)\n"));
    }

    @Test
    void endsWithAddressesOfStatusPages() throws IOException {
        Checkout own = Checkout.in(directory);
        Files.writeString(
                own.script().resolveSibling("Demo.java"),
                "class Demo { public static void main(String[] arguments) {} }");
        Map<String, Integer> ports = LocalRun.freePorts();
        try (var run = LocalRun.start(log, own, ports, "--demo")) {
            assertThat(run.process().awaitExit(DEMO)).isZero();

            assertThat(run.process().output())
                    .contains(
                            "bot-block-guard http://127.0.0.1:%d/status\n"
                                    .formatted(ports.get("BOT_BLOCK_GUARD_MANAGEMENT_PORT")),
                            "authentik-guard http://127.0.0.1:%d/status\n"
                                    .formatted(ports.get("AUTHENTIK_GUARD_MANAGEMENT_PORT")))
                    .doesNotContain("Ctrl-C");
            assertThat(ports.values()).noneMatch(Loopback::isListening);
        }
    }

    @Test
    void keepsNothingWithoutDemo() {
        try (var run = LocalRun.start(log, checkout, LocalRun.freePorts(), "--keep")) {
            assertThat(run.process().awaitExit(SOON)).isEqualTo(1);
            assertThat(run.process().output()).contains("--keep needs --demo");
        }
    }

    @ParameterizedTest
    @FieldSource("dev.forwardguard.manifests.LocalRun#PORTS")
    void reportsPortInUse(String name) {
        Map<String, Integer> ports = LocalRun.freePorts();
        try (var taken = StubUpstream.start()) {
            ports.put(name, taken.port());
            try (var run = LocalRun.start(log, checkout, ports)) {
                assertThat(run.process().awaitExit(SOON)).isEqualTo(1);
                assertThat(run.process().output())
                        .contains("port " + taken.port() + " is in use", name + "=");
            }
        }
    }

    @Test
    void stopsOnCtrlCAndRestarts() {
        Map<String, Integer> ports = LocalRun.freePorts();
        try (var first = LocalRun.start(log, checkout, ports)) {
            first.awaitInstructions();
            assertThat(first.process().output()).contains("shown this once");
            assertThat(ports.values()).allMatch(Loopback::isListening);

            interruptAndAwaitExit(first);
            assertThat(ports.values()).noneMatch(Loopback::isListening);
        }
        Path secondLog = directory.resolve("second.log");
        try (var second = LocalRun.start(secondLog, checkout, ports)) {
            second.awaitInstructions();
            assertThat(second.process().output()).contains("password as before");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "--demo"})
    void stopsOnCtrlCDuringStart(String mode) {
        String[] arguments = mode.equals("live") ? new String[0] : new String[] {mode};
        try (var run = LocalRun.start(log, checkout, LocalRun.freePorts(), arguments)) {
            run.process().await("three programs", () -> run.programs().size() >= 3);

            interruptAndAwaitExit(run);
        }
    }

    @Test
    void printsWorkingCommands() {
        try (var run = LocalRun.start(log, checkout, LocalRun.freePorts())) {
            run.awaitInstructions();
            String output = run.process().output();
            assertCommandsWork(7, output, group(output, "password (\\S+) \\(shown this once"));
        }
    }

    /** Each answers with the status that is printed above it, or with 200. */
    private void assertCommandsWork(int number, String output, String password) {
        List<MatchResult> commands =
                Pattern.compile("(?m)(?:^  # (\\d{3}): .*\n)?^  (curl (?:.*\\\\\n)*.*)$")
                        .matcher(output)
                        .results()
                        .toList();

        assertThat(commands).hasSize(number);
        for (MatchResult each : commands) {
            String command =
                    each.group(2).replace("-u emergency", "-u emergency:" + password) + " -sS -i";
            String answer = shell(command);
            String expected = each.group(1) == null ? "200" : each.group(1);
            assertThat(answer).as(command).startsWith("HTTP/1.1 " + expected);
        }
    }

    private static void interruptAndAwaitExit(LocalRun run) {
        List<ProcessHandle> programs = run.programs();
        assertThat(programs).hasSizeGreaterThanOrEqualTo(3);

        run.interrupt();

        assertThat(run.process().awaitExit(SOON)).isEqualTo(INTERRUPTED);
        assertThat(programs).noneMatch(ProcessHandle::isAlive);
    }

    private String shell(String command) {
        Path answer = directory.resolve("answer-" + System.nanoTime() + ".log");
        try (var shell = ChildProcess.start(answer, Map.of(), List.of("bash", "-c", command))) {
            shell.awaitExit(SOON);
            return shell.output();
        }
    }

    private static String group(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + pattern + " in " + text))
                .group(1);
    }
}
