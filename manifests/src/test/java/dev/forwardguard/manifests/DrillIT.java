package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.testing.ConfigMapVolume;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The drill of the manual on a real API server. The test brings the file, as a kubelet would. */
class DrillIT {
    private static final Pattern COMMAND = Pattern.compile("(?m)^kubectl [^#\n]*");
    private static final String BASE = Kustomization.MANIFESTS.resolve("base").toString();
    private static final String NAMESPACE = "--namespace=authentik-guard";
    private static final String OVERRIDE = "configmap/authentik-guard-override";
    private static final String ROLE =
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: drill, namespace: authentik-guard}
            rules:
              - {apiGroups: [""], resources: [configmaps], verbs: [create]}
              - apiGroups: [""]
                resources: [configmaps]
                resourceNames: [authentik-guard-override]
                verbs: [get, update, patch, delete]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: drill, namespace: authentik-guard}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: drill}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ada}]
            """;

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.bare(directory).withControllers();
        cluster.kubectl("apply", "-k", BASE);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void overridesWhatIsAppliedAgain() throws IOException {
        List<String> commands = commands();
        Path mount = directory.resolve("override");
        var volume = ConfigMapVolume.mountedAt(mount);
        var variables =
                Map.of("GUARD_SETTINGS_OVERRIDE_FILE", mount.resolve("guard.yml").toString());
        String settings = "upstream: {url: 'http://127.0.0.1:9'}";
        try (var guard =
                GuardProcess.startWith("authentik-guard", directory, settings, variables)) {
            guard.awaitHealthy();
            assertThat(fallback(guard)).contains("connect_refused");

            assertThat(run(commands.getFirst())).contains("override created");
            cluster.kubectl("apply", "-k", BASE);
            volume.contains("guard.yml", content());
            guard.process().await("forced", () -> fallback(guard).equals(Optional.of("forced")));

            assertThat(run(commands.get(1))).contains("deleted");
            assertThat(cluster.succeeds("get", OVERRIDE, NAMESPACE)).isFalse();
            volume.absent();
            guard.process()
                    .await(
                            "the end of it",
                            () -> fallback(guard).equals(Optional.of("connect_refused")));
        }
    }

    /** A kubelet syncs a pod that has changed. */
    @Test
    void changesPods() {
        cluster.await("pods", () -> cluster.kubectl("get", "pods", NAMESPACE).contains("Pending"));

        assertThat(run(commands().getLast())).contains("pod/authentik-guard-", " annotated");
    }

    private static List<String> commands() {
        List<String> commands =
                COMMAND.matcher(Manual.of("manifests/README.md").section("drill"))
                        .results()
                        .map(each -> each.group().strip())
                        .toList();
        assertThat(commands).hasSize(3);
        return commands;
    }

    @Test
    void rightToItIsNoRightToSettings() {
        cluster.kubectl("apply", "-f", cluster.file(ROLE));
        cluster.await(
                "the role", () -> cluster.succeeds(asAda("auth", "can-i", "patch", OVERRIDE)));

        cluster.kubectl(
                asAda(
                        "create",
                        "configmap",
                        "authentik-guard-override",
                        "--from-literal=guard.yml="));
        cluster.kubectl(
                asAda("patch", OVERRIDE, "--patch={\"data\":{\"guard.yml\":\"mode: auto\"}}"));
        cluster.kubectl(asAda("delete", OVERRIDE));

        for (String verb : List.of("patch", "update", "delete")) {
            assertThat(cluster.succeeds(asAda("auth", "can-i", verb, "configmap/authentik-guard")))
                    .isFalse();
        }
        assertThatThrownBy(
                        () ->
                                cluster.kubectl(
                                        asAda("patch", "configmap/authentik-guard", "--patch={}")))
                .hasMessageContaining("Forbidden");
    }

    private static String[] asAda(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = NAMESPACE;
        all[arguments.length + 1] = "--as=ada";
        return all;
    }

    private static String content() {
        return cluster.kubectl(
                "get", OVERRIDE, NAMESPACE, "--output=go-template={{index .data \"guard.yml\"}}");
    }

    private static Optional<String> fallback(GuardProcess guard) {
        try {
            return RawHttp.to(guard.port())
                    .ask(RawRequest.get("/outpost.goauthentik.io/auth/traefik"))
                    .header("X-Guard-Fallback");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String command) {
        var variables = Map.of("KUBECONFIG", cluster.server().kubeconfig().toString());
        try (var shell =
                Program.installed("sh", "dash").start(directory, variables, "-c", command)) {
            int status = shell.awaitExit(Duration.ofMinutes(1));
            assertThat(status).as("%s", shell.output()).isZero();
            return shell.output();
        }
    }
}
