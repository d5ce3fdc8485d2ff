package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tests {@code manifests/tests/cluster.sh} without a cluster: with a {@code kubectl} that simulates
 * one in a directory, and real guards that follow the files there.
 */
@EnabledOnOs(OS.LINUX)
class ClusterScriptIT {
    private static final Path MANIFESTS = Repository.ROOT.resolve("manifests");
    private static final Path SCRIPT = MANIFESTS.resolve("tests/cluster.sh");
    private static final String BASE = MANIFESTS.resolve("base").toString();
    private static final Path PROGRAMS = MANIFESTS.resolve("src/test/resources/cluster");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> BOTH = List.of("authentik-guard", "bot-block-guard");

    @TempDir private Path cluster;
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectory(cluster.resolve("namespaces"));
        String path = PROGRAMS + ":" + System.getenv("PATH");
        variables.put("PATH", path);
        variables.put("CLUSTER", cluster.toString());
        variables.put("KUBECTL", program("kubectl", "kubernetes-client"));
        variables.put("CURL", program("curl", "curl"));
        variables.put("PATIENCE", "10");
        Program.installed("openssl", "openssl");
    }

    private static String program(String name, String debianPackage) {
        return Program.installed(name, debianPackage).path().toString();
    }

    @Test
    void passesAllStepsAndCleansUp() throws IOException {
        try (var upstream = StubUpstream.start();
                var botBlockGuard = guard("bot-block-guard", upstream);
                var authentikGuard = guard("authentik-guard", upstream)) {
            upstream.behaves(Behaviour.answers(200));
            botBlockGuard.awaitHealthy();
            authentikGuard.awaitHealthy();
            variables.put("BOT_BLOCK_GUARD_PORT", String.valueOf(botBlockGuard.port()));
            variables.put("AUTHENTIK_GUARD_PORT", String.valueOf(authentikGuard.port()));

            Ended run = run("--context", "test");

            assertThat(run.output())
                    .contains("PASS  create namespace bot-block-guard")
                    .contains("PASS  dry run of Deployment authentik-guard/authentik-guard")
                    .contains("SKIP  dry run of PodMonitor")
                    .contains("PASS  drill", "PASS  rotation", "PASS  rolling restart")
                    .contains("PASS  delete everything")
                    .doesNotContain("FAIL")
                    .endsWith("Everything passed\n");
            assertThat(run.status()).isZero();
            assertThat(namespaces()).isEmpty();
        }
    }

    @Test
    void failsIfGuardsIgnoreDrill() throws IOException {
        try (var upstream = StubUpstream.start();
                var botBlockGuard = guard("bot-block-guard", upstream);
                var authentikGuard = guard("authentik-guard", upstream)) {
            botBlockGuard.awaitHealthy();
            authentikGuard.awaitHealthy();
            variables.put("BOT_BLOCK_GUARD_PORT", String.valueOf(botBlockGuard.port()));
            variables.put("AUTHENTIK_GUARD_PORT", String.valueOf(Loopback.freePort()));
            variables.put("PATIENCE", "3");

            Ended run = run("--context", "test", "--everything", BASE);

            assertThat(run.output()).contains("FAIL  drill").doesNotContain("PASS  rotation");
            assertThat(run.status()).isEqualTo(1);
            assertThat(namespaces()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', which cluster?",
        "'--context', needs a value",
        "'--context elsewhere', there is no context elsewhere",
        "'--context test --surprise', unknown argument --surprise",
        "'--context test --base nowhere', cannot render nowhere",
    })
    void rejectsInvalidArguments(String arguments, String why) throws IOException {
        Ended run = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.output()).contains(why);
        assertThat(run.status()).isEqualTo(2);
        assertThat(callsToTheCluster()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void refusesToStartIfNamespaceExists(String existing) throws IOException {
        Files.createFile(cluster.resolve("namespaces").resolve(existing));

        Ended run = run("--context", "test");

        assertThat(run.output()).contains(existing + " exists in test already");
        assertThat(run.status()).isEqualTo(2);
        assertThat(namespaces()).containsExactly(existing);
        assertThat(callsToTheCluster()).allMatch(call -> call.contains(" get namespace "));
    }

    @Test
    void refusesToStartIfClusterIsUnreachable() throws IOException {
        breakCalls("get namespace");

        Ended run = run("--context", "test");

        assertThat(run.output()).contains("the cluster does not answer");
        assertThat(run.status()).isEqualTo(2);
        assertThat(namespaces()).isEmpty();
    }

    @Test
    void rejectsBaseWithOtherNamespaces() throws IOException {
        Path base = Files.createDirectory(cluster.resolve("base"));
        Files.writeString(base.resolve("kustomization.yaml"), "resources: [object.yaml]\n");
        Files.writeString(
                base.resolve("object.yaml"),
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}}\n");

        Ended run = run("--context", "test", "--base", base.toString());

        assertThat(run.output()).contains("ConfigMap a outside of the two namespaces");
        assertThat(run.status()).isEqualTo(2);
        assertThat(callsToTheCluster()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "create --save-config -f .*101   | create namespace",
                "apply --server-side .*-f -      | make the Secret",
                "apply -f .*base.yaml            | apply both guards",
                "rollout status                  | both roll out",
                "wait pod/client                 | start a client",
                "create configmap authentik-guard-override | drill",
            })
    void cleansUpAfterFailure(String call, String what) throws IOException {
        breakCalls(call);
        variables.put("BOT_BLOCK_GUARD_PORT", String.valueOf(Loopback.freePort()));
        variables.put("AUTHENTIK_GUARD_PORT", String.valueOf(Loopback.freePort()));
        variables.put("PATIENCE", "1");

        Ended run = run("--context", "test", "--everything", BASE);

        assertThat(run.output()).contains("FAIL  " + what, "broken by the test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(namespaces()).isEmpty();
    }

    @Test
    void keepsNamespaceCreatedConcurrently() throws IOException {
        breakCalls("create --save-config -f .*101");

        run("--context", "test", "--everything", BASE);

        List<String> deletions =
                callsToTheCluster().stream().filter(call -> call.contains("delete")).toList();
        assertThat(deletions).hasSize(1);
        assertThat(deletions.getFirst()).contains("delete namespace authentik-guard");
    }

    @Test
    void reportsNamespacesItCouldNotDelete() throws IOException {
        breakCalls("rollout status|delete namespace");

        Ended run = run("--context", "test", "--everything", BASE);

        assertThat(run.output()).contains("still there, delete by hand: " + String.join(" ", BOTH));
        assertThat(run.status()).isEqualTo(1);
    }

    /** Starts a guard that follows the settings and users in the simulated cluster. */
    private GuardProcess guard(String name, StubUpstream upstream) throws IOException {
        String settings = "mode: auto\nupstream:\n  url: " + upstream.uri() + "\n";
        Path users = Files.writeString(cluster.resolve("htpasswd"), "");
        Path override = cluster.resolve(name + "-override.yml");
        return GuardProcess.startWith(
                name,
                cluster,
                settings,
                Map.of(
                        "GUARD_HTPASSWD_FILE",
                        users.toString(),
                        "GUARD_SETTINGS_OVERRIDE_FILE",
                        override.toString()));
    }

    private record Ended(int status, String output) {}

    private Ended run(String... arguments) {
        var program = new Program(SCRIPT);
        try (var process = program.start(cluster, variables, arguments)) {
            return new Ended(process.awaitExit(PATIENCE), process.output());
        }
    }

    private void breakCalls(String expression) throws IOException {
        Files.writeString(cluster.resolve("broken"), expression);
    }

    private List<String> namespaces() throws IOException {
        try (Stream<Path> files = Files.list(cluster.resolve("namespaces"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The recorded calls of kubectl that go to the cluster. */
    private List<String> callsToTheCluster() throws IOException {
        Path calls = cluster.resolve("calls");
        if (!Files.exists(calls)) {
            return List.of();
        }
        return Files.readAllLines(calls).stream()
                .filter(call -> call.startsWith("--context"))
                .toList();
    }
}
