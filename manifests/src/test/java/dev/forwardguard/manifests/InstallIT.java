package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What the manuals say of the install, on a real API server without any custom resources. */
class InstallIT {
    private static final Pattern SET_PASSWORDS =
            Pattern.compile(
                    "kubectl [^\n]* create secret [^\n]*-htpasswd [^\n]*\\\\\n[^\n|]*\\|\\s+kubectl apply [^\n#]*");
    private static final String PASSWORDS = "authentik-guard/README.md";
    private static final String SECRET = "secret/authentik-guard-htpasswd";

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.bare(directory);
        cluster.namespaces("traefik", "monitoring");
        cluster.apply(
                Kustomization.of("base").nodes().stream()
                        .filter(each -> each.path("kind").asText().equals("Namespace"))
                        .toList());
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void appliesTheRestWithoutDefinitions() {
        String path = Kustomization.MANIFESTS.resolve("overlays/production").toString();
        List<String> messages =
                List.of(
                        "no matches for kind \"Middleware\" in version \"traefik.io/v1alpha1\"",
                        "ensure CRDs are installed first");

        assertThat(Manual.of("manifests/README.md").text()).contains(messages);
        assertThatThrownBy(() -> cluster.kubectl("apply", "-k", path))
                .hasMessageContainingAll(messages.toArray(String[]::new))
                .hasMessageContaining("no matches for kind \"PodMonitor\"");
        assertThat(cluster.kubectl("get", "deployments", "--all-namespaces"))
                .contains("bot-block-guard", "authentik-guard");
    }

    /** The API server takes up to 1 MiB. */
    @ParameterizedTest
    @ValueSource(ints = {1, 900_000})
    void setsPasswords(int size) throws IOException {
        cluster.kubectl("delete", SECRET, "--namespace=authentik-guard", "--ignore-not-found");

        assertThat(setPasswords("a".repeat(size))).endsWith(" serverside-applied\n");
        assertThat(setPasswords("b".repeat(size))).endsWith(" serverside-applied\n");

        assertThat(passwords()).isEqualTo("b".repeat(size));
    }

    /** What the manual said before. */
    @Test
    void setsPasswordsOfSecretThatWasCreated() throws IOException {
        cluster.kubectl("delete", SECRET, "--namespace=authentik-guard", "--ignore-not-found");
        Path file = Files.writeString(directory.resolve("old"), "old");
        cluster.kubectl(
                "create",
                "secret",
                "generic",
                "authentik-guard-htpasswd",
                "--namespace=authentik-guard",
                "--from-file=htpasswd=" + file);

        assertThat(setPasswords("new")).endsWith(" serverside-applied\n");

        assertThat(passwords()).isEqualTo("new");
    }

    @Test
    void needsServerSideForManyPasswords() throws IOException {
        String command = command().replace(" --server-side --force-conflicts", "");

        assertThatThrownBy(() -> run(command, "a".repeat(200_000)))
                .hasMessageContaining("metadata.annotations: Too long");
        assertThat(Manual.of(PASSWORDS).text()).contains("metadata.annotations: Too long");
    }

    private static String setPasswords(String htpasswd) throws IOException {
        return run(command(), htpasswd);
    }

    /** The command, which the README has for the install and the manual for a change. */
    private static String command() {
        List<String> commands = commands("README.md");
        assertThat(commands).hasSize(1);
        assertThat(commands(PASSWORDS)).isEqualTo(commands);
        return commands.getFirst().replace("\\ ", "");
    }

    private static List<String> commands(String manual) {
        return SET_PASSWORDS
                .matcher(Manual.of(manual).text())
                .results()
                .map(each -> each.group().strip().replaceAll("\\s+", " "))
                .toList();
    }

    private static String run(String command, String htpasswd) throws IOException {
        Files.writeString(directory.resolve("htpasswd"), htpasswd);
        var variables = Map.of("KUBECONFIG", cluster.server().kubeconfig().toString());
        String line = "cd '%s' && %s".formatted(directory, command);
        try (var shell = Program.installed("sh", "dash").start(directory, variables, "-c", line)) {
            int status = shell.awaitExit(Duration.ofMinutes(1));
            assertThat(status).as("%s", shell.output()).isZero();
            return shell.output();
        }
    }

    private static String passwords() {
        return cluster.kubectl(
                "get",
                SECRET,
                "--namespace=authentik-guard",
                "--output=go-template={{.data.htpasswd | base64decode}}");
    }
}
