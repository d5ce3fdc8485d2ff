package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The commands of the README's Install, as they stand, on a real API server with Traefik's
 * definitions. It has no kubelet, so no pod becomes ready.
 */
class InstallCommandsIT {
    private static final String WAIT = "kubectl wait ";

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(directory);
        cluster.namespaces("traefik");
        // the commands write a file with a password beside the manifests
        Files.createSymbolicLink(
                directory.resolve("manifests"), Repository.ROOT.resolve("manifests"));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private record Ended(int status, String output) {}

    private static Ended run(String commands) {
        var variables = Map.of("KUBECONFIG", cluster.server().kubeconfig().toString());
        String lines = "set -e; cd '%s'\n%s".formatted(directory, commands);
        try (var shell =
                Program.installed("bash", "bash").start(directory, variables, "-c", lines)) {
            return new Ended(shell.awaitExit(Duration.ofMinutes(2)), shell.output());
        }
    }

    private static String lineThatBegins(String commands, String with) {
        return commands.lines().filter(line -> line.startsWith(with)).findFirst().orElseThrow();
    }

    @Test
    void installAsReadmeSays() {
        String commands = Manual.of("README.md").commands("install");
        String check = lineThatBegins(commands, "manifests/tests/cluster.sh --check");
        String install = commands.substring(commands.indexOf("htpasswd -cB"));
        String wait = lineThatBegins(install, WAIT);

        Ended checked = run(check);
        assertThat(checked.output()).contains("ok           Kubernetes", "MISSING      Traefik");
        assertThat(checked.status()).isEqualTo(1);

        String untilWait = install.substring(0, install.indexOf(WAIT));
        // nobody types here
        Ended guards =
                run(untilWait.replace("htpasswd -cB htpasswd", "echo p | htpasswd -ciB htpasswd"));
        assertThat(guards.status()).as(guards.output()).isZero();
        assertThat(guards.output())
                .contains("deployment.apps/bot-block-guard created")
                .contains("deployment.apps/authentik-guard created")
                .contains("secret/authentik-guard-htpasswd serverside-applied");

        Ended waited = run(wait.replaceFirst("--timeout=\\S+", "--timeout=1s"));
        assertThat(waited.output())
                .contains("timed out waiting for the condition on deployments/bot-block-guard")
                .contains("timed out waiting for the condition on deployments/authentik-guard");

        Ended sites = run(install.substring(install.indexOf(wait) + wait.length()));
        assertThat(sites.status()).as(sites.output()).isZero();
        assertThat(sites.output()).contains("middleware.traefik.io/guard-authentik created");
        assertThat(run(check).output()).contains("ok           no middleware of yours");

        changePasswordAsManualSays();
    }

    /** Without an end of all sessions. */
    private static void changePasswordAsManualSays() {
        String users = ofSecret("htpasswd");
        String key = ofSecret("session-key");
        assertThat(key).isNotEmpty();
        String commands = Manual.of("authentik-guard/README.md").commands("the-secret");
        String change = commands.substring(commands.indexOf("htpasswd -B"));

        Ended changed =
                run(change.replace("htpasswd -B htpasswd", "echo q | htpasswd -iB htpasswd"));

        assertThat(changed.status()).as(changed.output()).isZero();
        assertThat(ofSecret("htpasswd")).isNotEmpty().isNotEqualTo(users);
        assertThat(ofSecret("session-key")).isEqualTo(key);
    }

    private static String ofSecret(String key) {
        return cluster.kubectl(
                "get",
                "secret",
                "authentik-guard-htpasswd",
                "--namespace=authentik-guard",
                "--output=jsonpath={.data." + key + "}");
    }
}
