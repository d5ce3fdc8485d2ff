package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;
import dev.forwardguard.testing.guard.Eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The guards as processes: jars, environment, start and exit. */
class GuardProcessIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final Pattern OPEN_CONNECTIONS =
            Pattern.compile("\"connections\":\\{\"open\":(\\d+)");

    private static final int CHUNK = 1 << 20;
    private static final String DIRECT_MEMORY = "jvm_buffer_memory_used_bytes{id=\"direct\"}";

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "bot-block-guard, /auth",
        "authentik-guard, /outpost.goauthentik.io/auth/traefik",
    })
    void restartsOnSamePortAfterKill(String name, String path) throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start(name, upstream)) {
            guard.awaitHealthy();
            try (RawConnection open = RawHttp.to(guard.port()).connect()) {
                assertThat(open.ask(RawRequest.get(path)).status()).isEqualTo(200);

                guard.process().kill();
                guard.restart();
            }

            RawAnswer answer = RawHttp.to(guard.port()).ask(RawRequest.get(path));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(2);
        }
    }

    /** Without its native library Netty silently uses Java's slower NIO. */
    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    @EnabledOnOs(OS.LINUX)
    void usesEpoll(String name) throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start(name, upstream)) {
            guard.awaitHealthy();

            // each of Netty's epoll loops has a timerfd, Java's selectors have none
            List<String> files = openFiles(guard);
            assertThat(files).contains("anon_inode:[timerfd]");
            assertThat(Collections.frequency(files, "anon_inode:[timerfd]"))
                    .isEqualTo(Collections.frequency(files, "anon_inode:[eventpoll]"));
            assertThat(guard.process().output()).doesNotContain("WARNING");
        }
    }

    /**
     * Accepting a connection only once it has data (TCP_DEFER_ACCEPT) saves an iteration of the
     * event loop, 6 % of the cost of a new connection.
     */
    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    @EnabledOnOs(OS.LINUX)
    void acceptsConnectionOnceItHasData(String name) throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start(name, upstream)) {
            guard.awaitHealthy();
            // after a second it is accepted anyway, and the first request of /status is slow
            guard.process().await("no connections", () -> openConnections(guard) == 0);
            try (RawConnection silent = RawHttp.to(guard.port()).connect();
                    RawConnection other = RawHttp.to(guard.port()).connect()) {
                // by now the event loop has run an iteration
                assertThat(other.ask(RawRequest.get("/healthz")).status()).isEqualTo(200);
                assertThat(openConnections(guard)).isEqualTo(1);

                assertThat(silent.ask(RawRequest.get("/healthz")).status()).isEqualTo(200);
                assertThat(openConnections(guard)).isEqualTo(2);
            }
        }
    }

    @Test
    void acceptsSilentConnectionEventually() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream)) {
            guard.awaitHealthy();
            try (RawConnection silent = RawHttp.to(guard.port()).connect()) {
                guard.process().await("accepted", () -> openConnections(guard) == 1);

                assertThat(silent.ask(RawRequest.get("/healthz")).status()).isEqualTo(200);
            }
        }
    }

    private static int openConnections(GuardProcess guard) {
        try {
            String status =
                    RawHttp.to(guard.managementPort()).ask(RawRequest.get("/status")).body();
            Matcher open = OPEN_CONNECTIONS.matcher(status);
            assertThat(open.find()).as(status).isTrue();
            return Integer.parseInt(open.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> openFiles(GuardProcess guard) throws IOException {
        List<String> files = new ArrayList<>();
        Path directory = Path.of("/proc", String.valueOf(guard.process().pid()), "fd");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path file : all) {
                try {
                    files.add(Files.readSymbolicLink(file).toString());
                } catch (NoSuchFileException _) {
                    // the guard closed it while the directory was read
                }
            }
        }
        return files;
    }

    /** Netty silently ignores the options of an allocator that is not in use. */
    @Test
    void allocatesDirectMemoryInConfiguredChunks() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard = start("bot-block-guard", upstream)) {
            guard.awaitHealthy();
            assertThat(RawHttp.to(guard.port()).ask(RawRequest.get("/auth")).status())
                    .isEqualTo(200);

            String metrics =
                    RawHttp.to(guard.managementPort()).ask(RawRequest.get("/prometheus")).body();

            double used =
                    metrics.lines()
                            .filter(line -> line.startsWith(DIRECT_MEMORY))
                            .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* ", "")))
                            .sum();
            // plus the memory that epoll needs for its loops
            assertThat(used).isBetween((double) CHUNK, CHUNK * 1.5);
        }
    }

    /** A typo must not close all sites when the node is restarted. */
    @Test
    void botBlockGuardStartsOnItsDefaultsIfSettingsAreInvalid() throws IOException {
        try (var upstream = StubUpstream.start();
                var guard =
                        GuardProcess.start("bot-block-guard", directory, "mode: automatic\n", "")) {
            guard.awaitHealthy();

            assertThat(guard.process().output())
                    .contains("bot-block-guard.yml: line 1: mode must be one of", "defaults");
            RawHttp management = RawHttp.to(guard.managementPort());
            assertThat(management.ask(RawRequest.get("/status")).body())
                    .contains("\"refused\":\"line 1: mode");
            assertThat(management.ask(RawRequest.get("/prometheus")).body())
                    .contains("guard_settings_refused{guard=\"bot-block-guard\"} 1.0");
            assertThat(RawHttp.to(guard.port()).ask(RawRequest.get("/auth")).status())
                    .isEqualTo(200);

            guard.settings("upstream:\n  url: " + upstream.uri() + "\n");
            Eventually.until(
                    "a verdict",
                    () ->
                            RawHttp.to(guard.port())
                                    .ask(RawRequest.get("/auth"))
                                    .header("X-Guard-Fallback")
                                    .isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bot-block-guard, 'mode: fallback', 0, guard.yml: valid",
        "bot-block-guard, 'mode: automatic', 1, guard.yml: line 1: mode must be one of",
        "authentik-guard, 'guarded-paths: []', 1, guard.yml: line 1: guarded-paths must not be empty",
        "authentik-guard, '', 0, guard.yml: valid"
    })
    void checksSettingsAndStartsNothing(String name, String yaml, int status, String line)
            throws IOException {
        Path file = Files.writeString(directory.resolve("guard.yml"), yaml);
        var command = List.of(java(), "-jar", jar(name), "--check", file.toString());
        try (var process = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {

            assertThat(process.awaitExit(SOON)).isEqualTo(status);
            assertThat(process.output()).contains(line);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bot-block-guard, 'mode: fallback', 0, 'override.yml: valid'",
        "authentik-guard, 'emergency: {message: Ask Ada}', 0, 'override.yml: valid'",
        "bot-block-guard, 'emergency: {message: Ask Ada}', 1, 'override.yml: line 1: emergency cannot be overridden'",
        "authentik-guard, 'upstream: {url: http://x}', 1, 'override.yml: line 1: upstream.url cannot be overridden'",
        "bot-block-guard, 'breaker: {probe-interval: 20s}', 1, 'with it, line 1 of guard.yml is wrong: breaker.probe-max'",
    })
    void checksOverrideTogetherWithSettings(String name, String yaml, int status, String line)
            throws IOException {
        Path file = directory.resolve("guard.yml");
        Files.writeString(file, "breaker: {probe-max-interval: 15s}");
        Path override = Files.writeString(directory.resolve("override.yml"), yaml);
        var command =
                List.of(java(), "-jar", jar(name), "--check", file.toString(), override.toString());
        try (var process = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {

            assertThat(process.awaitExit(SOON)).isEqualTo(status);
            assertThat(process.output()).contains(line);
        }
    }

    @Test
    void explainsItsOptions() {
        var command = List.of(java(), "-jar", jar("bot-block-guard"), "--help");
        try (var process = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {

            assertThat(process.awaitExit(SOON)).isEqualTo(2);
            assertThat(process.output())
                    .contains("--check FILE [OVERRIDE]", "--schema", "--version");
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String jar(String name) {
        return Repository.jarOf(name).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void printsItsVersionAndStartsNothing(String name) {
        var command = List.of(java(), "-jar", jar(name), "--version");
        try (var process = ChildProcess.start(directory.resolve("log"), Map.of(), command)) {

            assertThat(process.awaitExit(SOON)).isZero();
            assertThat(process.output().strip())
                    .isEqualTo("forward-guard 0.1.0-SNAPSHOT, revision unknown");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void saysFirstWhichBuildItIs(String name) {
        try (var upstream = StubUpstream.start();
                var guard = start(name, upstream)) {
            guard.awaitHealthy();

            assertThat(guard.process().output().lines().filter(line -> line.startsWith("{")))
                    .first()
                    .asString()
                    .contains("\"Starting\"", "\"version\":\"0.1.0-SNAPSHOT\"", "\"revision\":");
        }
    }

    @Test
    void exitsWithReadableLineIfPortIsInUse() {
        try (var upstream = StubUpstream.start();
                var taken = StubUpstream.start();
                var guard = start("bot-block-guard", upstream, taken.port())) {

            int status = guard.process().awaitExit(SOON);

            assertThat(status).isEqualTo(1);
            assertThat(guard.process().output().lines().toList().getLast())
                    .contains("Cannot start", String.valueOf(taken.port()))
                    .doesNotContain("Exception:", "\\tat ");
        }
    }

    @Test
    void exitsWithReadableLineIfSettingsAreInvalid() {
        try (var guard =
                GuardProcess.start("authentik-guard", directory, "mode: automatic\n", "")) {

            int status = guard.process().awaitExit(SOON);

            assertThat(status).isEqualTo(1);
            assertThat(guard.process().output().lines().toList().getLast())
                    .contains("Cannot start", "authentik-guard.yml", "mode")
                    .doesNotContain("Exception:", "\\tat ");
        }
    }

    @ParameterizedTest
    @CsvSource({"GUARD_LOG_LEVEL,must be one of", "GUARD_FAST_PATH,must be true or false"})
    void exitsWithReadableLineIfVariableIsInvalid(String variable, String problem) {
        var environment = Map.of(variable, "chatty");
        try (var guard = GuardProcess.startWith("bot-block-guard", directory, "", environment)) {

            int status = guard.process().awaitExit(SOON);

            assertThat(status).isEqualTo(1);
            assertThat(guard.process().output().lines().toList().getLast())
                    .contains("Cannot start: " + variable + " " + problem, "chatty")
                    .doesNotContain("Exception:", "\\tat ");
        }
    }

    private GuardProcess start(String name, StubUpstream upstream) {
        return start(name, upstream, Loopback.freePort());
    }

    private GuardProcess start(String name, StubUpstream upstream, int port) {
        String settings = "upstream:\n  url: " + upstream.uri() + "\n";
        return GuardProcess.start(name, directory, settings, "", port);
    }
}
