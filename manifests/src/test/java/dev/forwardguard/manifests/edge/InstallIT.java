package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.Cluster;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The install of the manual, on a real API server without any custom resources or pods. */
class InstallIT {
    @TempDir private Path directory;

    /** Up to where it waits for pods; not in the repository, because it makes secrets. */
    private String commands() {
        String manual = EdgeManual.text();
        int start = manual.indexOf("```sh\n", manual.indexOf("## Install")) + "```sh\n".length();
        String block = manual.substring(start, manual.indexOf("```", start));
        return block.substring(0, block.indexOf("kubectl -n edge wait"));
    }

    @Test
    void appliesAllThatTheManualSays() throws IOException {
        Program.installed("openssl", "openssl");
        Path checkout = Files.createDirectory(directory.resolve("a clone"));
        String copy =
                """
                mkdir -p manifests/edge
                cp -r '%1$s'/manifests/{base,components,overlays} manifests
                cp '%1$s'/manifests/edge/certificates.sh manifests/edge
                """
                        .formatted(Repository.ROOT);
        Program.installed("bash", "bash")
                .run(directory, "-c", "cd '%s'\n%s".formatted(checkout, copy));
        try (var cluster = Cluster.bare(directory)) {
            var variables = Map.of("KUBECONFIG", cluster.server().kubeconfig().toString());
            String line = "cd '%s' && set -e\n%s".formatted(checkout, commands());
            try (var shell =
                    Program.installed("sh", "dash").start(directory, variables, "-c", line)) {
                int status = shell.awaitExit(Duration.ofMinutes(2));
                assertThat(status).as("%s", shell.output()).isZero();
                assertThat(shell.output()).doesNotContain("Warning").contains("gateway created");
            }

            assertThat(withoutGateways(cluster, checkout))
                    .contains("statefulset.apps/etcd ", "job.batch/edge-setup ")
                    .doesNotContain("deployment.apps/gateway", "service/gateway");
            assertThat(secret(cluster, "etcd-root", "password")).matches("[0-9a-f]{48}");
            assertThat(secret(cluster, "etcd-routes", "password")).matches("[0-9a-f]{48}");
            assertThat(secret(cluster, "gateway-etcd-tls", "tls.crt"))
                    .startsWith("-----BEGIN CERTIFICATE-----");
        }
    }

    /** The way from one member to three: what must not change before the routes are there. */
    private static String withoutGateways(Cluster cluster, Path checkout) {
        String manual = EdgeManual.text();
        int start = manual.indexOf("kubectl apply -k manifests/overlays/edge -l");
        String selector = manual.substring(manual.indexOf('\'', start) + 1);
        return cluster.kubectl(
                "apply",
                "--dry-run=server",
                "-k",
                checkout.resolve("manifests/overlays/edge").toString(),
                "--selector=" + selector.substring(0, selector.indexOf('\'')));
    }

    private static String secret(Cluster cluster, String name, String key) {
        return cluster.kubectl(
                "get",
                "secret/" + name,
                "--namespace=edge",
                "--output=go-template={{index .data \"%s\" | base64decode}}".formatted(key));
    }
}
