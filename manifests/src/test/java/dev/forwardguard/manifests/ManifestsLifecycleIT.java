package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Everything is applied, applied again and deleted, as an operator does, with controllers. */
class ManifestsLifecycleIT {
    /** What the README says where people wait for pods in vain. */
    private static final String NO_CLASS = "no PriorityClass with name tier-0-core was found";

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(directory).withControllers();
        cluster.namespaces("traefik", "monitoring");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/homelab", "overlays/production"})
    void appliesTwiceAndDeletesEverything(String kustomization) {
        String path = Kustomization.MANIFESTS.resolve(kustomization).toString();

        assertThat(cluster.kubectl("apply", "-k", path).lines())
                .hasSize(Kustomization.of(kustomization).nodes().size())
                .allMatch(line -> line.endsWith(" created"));
        awaitPods(kustomization);

        assertThat(cluster.kubectl("apply", "-k", path).lines())
                .filteredOn(line -> !line.endsWith(" unchanged"))
                .containsExactlyInAnyOrder(
                        "poddisruptionbudget.policy/authentik-guard configured",
                        "poddisruptionbudget.policy/bot-block-guard configured");
        // not at once: controllers may write a status just then
        cluster.await("an empty diff", () -> cluster.succeeds("diff", "-k", path));

        cluster.kubectl("delete", "--wait=false", "-k", path);
        cluster.await(
                "end of everything",
                () ->
                        cluster.kubectl("get", "--ignore-not-found", "--output=name", "-k", path)
                                .isEmpty());
    }

    /** The cluster has no class of its own, which homelab needs. */
    private static void awaitPods(String kustomization) {
        for (String guard : Choices.GUARDS) {
            if (kustomization.equals("overlays/homelab")) {
                cluster.await("the reason", () -> get("events", guard).contains(NO_CLASS));
                assertThat(get("pods", guard)).contains("No resources found");
            } else {
                cluster.await("pods", () -> get("pods", guard).contains("Pending"));
            }
        }
    }

    private static String get(String kind, String namespace) {
        return cluster.kubectl("get", kind, "--namespace", namespace);
    }

    @Test
    void readmeQuotesReason() throws IOException {
        assertThat(Files.readString(Repository.ROOT.resolve("README.md"))).contains(NO_CLASS);
    }
}
