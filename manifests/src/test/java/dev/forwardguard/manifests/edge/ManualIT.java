package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands of the manual's scenarios, run by a shell as they stand there. */
class ManualIT {
    private static final Pattern DIRECTORY =
            Pattern.compile("(?:-k|kustomize|-f) (manifests/\\S+)");

    private static final String OPTIONAL = "manifests/edge/optional/";
    private static final String TLS =
            "curl -s --cacert " + OPTIONAL + "secure.crt --connect-to ::$G";

    @TempDir private static Path directory;
    private static ServedRoutes routes;

    @BeforeAll
    static void start() {
        routes = ServedRoutes.in(directory);
    }

    @AfterAll
    static void stop() {
        if (routes != null) {
            routes.close();
        }
    }

    /** Each command, and what its output has to match. */
    static Stream<Arguments> commands() {
        String status = "curl -sk -o /dev/null -w '%{http_code}\\n' ";
        String named = "curl -sk --connect-to ::$G ";
        return Stream.of(
                of("curl -sk https://$G/whoami | grep Hostname", "Hostname: whoami-[01]\n"),
                of(
                        "curl -sk https://$G/foo | grep -E 'Name|GET|Prefix'",
                        "Name: foo\nGET / HTTP/1.1\nX-Forwarded-Prefix: /foo\n"),
                of(status + "https://$G/foo/x", "404\n"),
                of("curl -sk https://$G/api/foo/x | grep GET", "GET /x HTTP/1.1\n"),
                of(status + "https://$G/also-limited", "200\n"),
                of(status + "\"https://$G/half-dead?[1-10]\"", "(200\n){10}"),
                of(status + "\"https://$G/dead?[1-10]\"", "502\n(50[23]\n)*503\n"),
                of(status + "https://$G/basic", "401\n"),
                of(
                        "curl -sk -u alice:wonderland https://$G/basic | grep X-Forwarded-User",
                        "X-Forwarded-User: alice\n"),
                of(
                        "curl -sk --digest -u alice:wonderland https://$G/digest"
                                + " | grep X-Forwarded-User",
                        "X-Forwarded-User: alice\n"),
                of(TLS + " https://secure.example.com/ | grep Hostname", "Hostname: whoami-[01]\n"),
                of(
                        named
                                + "-A GPTBot https://www.example.com/ -o /dev/null"
                                + " -w '%{http_code}\\n'",
                        "403\n"),
                of(named + "https://wiki.example.com/ -o /dev/null -w '%{http_code}\\n'", "401\n"),
                of(
                        "curl -sk --http1.1 --connect-to ::$G https://tcp.example.com/"
                                + " | grep -c X-Forwarded",
                        "0\n"));
    }

    private static Arguments of(String command, String output) {
        return Arguments.of(command, output);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void answersAsTheManualSays(String command, String output) {
        assertThat(EdgeManual.text()).contains(command);

        assertThat(shell(command)).matches(output);
    }

    @Test
    void limitsRate() {
        String command = "curl -sk -o /dev/null -w '%{http_code}\\n' \"https://$G/limited?[1-60]\"";
        assertThat(EdgeManual.text()).contains(command);

        assertThat(shell(command.replace("1-60", "1-200")).lines().toList()).contains("200", "429");
    }

    @Test
    void refusesOldTls() {
        String command = TLS + " --tls-max 1.2 https://secure.example.com/";
        assertThat(EdgeManual.text()).contains(command);

        assertThat(shell(command)).isEmpty();
    }

    private static String shell(String command) {
        var variables = Map.of("G", "localhost:" + routes.gateway().port("websecure"));
        String line = "cd '%s' && %s".formatted(directory, command.replace(OPTIONAL, ""));
        try (var shell = Program.installed("sh", "dash").start(directory, variables, "-c", line)) {
            shell.awaitExit(Duration.ofMinutes(1));
            return shell.output();
        }
    }

    @Test
    void namesDirectoriesThatExist() {
        List<String> names =
                DIRECTORY
                        .matcher(EdgeManual.text())
                        .results()
                        .map(found -> found.group(1).replaceAll("[\"`,;].*", ""))
                        .toList();

        assertThat(names).hasSizeGreaterThan(4);
        assertThat(names)
                .allSatisfy(
                        each ->
                                assertThat(
                                                Files.exists(
                                                        Kustomization.MANIFESTS.resolveSibling(
                                                                each)))
                                        .as(each)
                                        .isTrue());
    }
}
