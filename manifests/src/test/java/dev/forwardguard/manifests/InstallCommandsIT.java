package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    void installAsReadmeSays() throws IOException {
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
        moveSettingsIntoSecretAsManualSays();
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

    /** Then the file that a guard follows is the one that was on disk. */
    private static void moveSettingsIntoSecretAsManualSays() throws IOException {
        Manual manual = Manual.of("authentik-guard/README.md");
        String section = "guardyml-in-a-secret";
        String settings = "emergency: {identities: {alice-7f3a: {email: alice@example.com}}}\n";
        Files.writeString(directory.resolve("guard.yml"), settings);
        Path overlay = Files.createDirectory(directory.resolve("overlay"));
        Path homelab = Kustomization.MANIFESTS.resolve("overlays/homelab").toRealPath();
        Files.writeString(
                overlay.resolve("kustomization.yaml"),
                "resources: [%s]\n".formatted(overlay.toRealPath().relativize(homelab))
                        + manual.yaml(section));

        Ended made = run(manual.commands(section));
        assertThat(made.output()).contains("secret/authentik-guard-settings serverside-applied");
        Ended mounted = run("kubectl apply -k overlay");
        assertThat(mounted.status()).as(mounted.output()).isZero();

        assertThat(
                        ofGuard(
                                "deployment",
                                "authentik-guard",
                                ".spec.template.spec.volumes[?(@.name==\"settings\")]"))
                .contains("\"secretName\":\"authentik-guard-settings\"")
                .doesNotContain("configMap");
        // its only key is the name of the file in the place of the ConfigMap's
        Matcher file =
                Pattern.compile("\\{\"guard.yml\":\"([^\"]+)\"}")
                        .matcher(ofGuard("secret", "authentik-guard-settings", ".data"));
        assertThat(file.matches()).isTrue();
        String content =
                new String(Base64.getDecoder().decode(file.group(1)), StandardCharsets.UTF_8);
        assertThat(content).isEqualTo(settings);
        try (var guard = GuardProcess.start("authentik-guard", overlay, content, "")) {
            guard.awaitHealthy();
            RawHttp management = RawHttp.to(guard.managementPort());
            assertThat(management.ask(RawRequest.get("/status")).body())
                    .contains("\"identities\":1");
        }
    }

    private static String ofSecret(String key) {
        return ofGuard("secret", "authentik-guard-htpasswd", ".data." + key);
    }

    private static String ofGuard(String kind, String name, String path) {
        return cluster.kubectl(
                "get",
                kind,
                name,
                "--namespace=authentik-guard",
                "--output=jsonpath={%s}".formatted(path));
    }
}
