package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Tests {@code manifests/local/edge.sh} in a fresh clone with built guards and tool. */
@EnabledOnOs(OS.LINUX)
class LocalEdgeIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final Duration DEMO = Duration.ofMinutes(5);
    private static final int INTERRUPTED = 130;

    private static Checkout checkout;

    @TempDir private Path directory;
    private Path log;

    @BeforeAll
    static void checkOut(@TempDir Path directory) {
        Program.installed("openssl", "openssl");
        checkout = Checkout.in(directory).withEdge();
    }

    @BeforeEach
    void forgetOtherRuns() {
        checkout.forgetRuns();
        log = directory.resolve("edge.log");
    }

    @Test
    void demonstratesEverythingAsDocumented() {
        try (var run = LocalRun.startEdge(log, checkout, LocalRun.freeEdgePorts(), "--demo")) {
            int status = run.process().awaitExit(DEMO);

            String output = run.process().output();
            assertThat(output)
                    .contains("whoami-0 whoami-1", "authentik hangs", "etcd is back")
                    .contains("it names file and line")
                    .containsPattern("All \\d+ answers are as documented")
                    .doesNotContain("WRONG", "Building");
            assertThat(status).as(output).isZero();
        }
    }

    @Test
    void printsWorkingCommandsAndStopsOnCtrlC() {
        Map<String, Integer> ports = LocalRun.freeEdgePorts();
        try (var run = LocalRun.startEdge(log, checkout, ports)) {
            run.awaitInstructions();
            assertThat(ports.values()).allMatch(Loopback::isListening);
            List<MatchResult> commands =
                    Pattern.compile("(?m)^  # (\\d{3}): .*\n  (curl .*)$")
                            .matcher(run.process().output())
                            .results()
                            .toList();
            assertThat(commands).hasSize(7);
            for (MatchResult each : commands) {
                assertThat(shell(each.group(2) + " -sS"))
                        .as(each.group(2))
                        .matches("(?s)HTTP/\\S+ " + each.group(1) + " .*");
            }

            List<ProcessHandle> programs = run.process().descendants();
            run.interrupt();

            assertThat(run.process().awaitExit(SOON)).isEqualTo(INTERRUPTED);
            assertThat(programs).noneMatch(ProcessHandle::isAlive);
            assertThat(ports.values()).noneMatch(Loopback::isListening);
        }
    }

    @Test
    void reportsPortInUse() {
        Map<String, Integer> ports = LocalRun.freeEdgePorts();
        ports.put("FOO_PORT", ports.get("BAR_PORT"));
        try (var run = LocalRun.startEdge(log, checkout, ports)) {
            assertThat(run.process().awaitExit(SOON)).isEqualTo(1);
            assertThat(run.process().output()).contains("given twice", "BAR_PORT");
        }
    }

    private String shell(String command) {
        Path answer = directory.resolve("answer-" + System.nanoTime() + ".log");
        try (var shell = ChildProcess.start(answer, Map.of(), List.of("bash", "-c", command))) {
            shell.awaitExit(SOON);
            return shell.output();
        }
    }
}
