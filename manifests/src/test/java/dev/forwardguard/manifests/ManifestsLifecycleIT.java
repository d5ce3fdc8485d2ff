package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Everything is applied, applied again and deleted, as an operator does, with controllers. */
@BesideOthers
class ManifestsLifecycleIT {
    /** What the manual says where people wait for pods in vain. */
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
    @ValueSource(
            strings = {
                "base",
                "overlays/homelab",
                "overlays/one-node",
                "overlays/production",
                "overlays/edge"
            })
    void appliesTwiceAndDeletesEverything(String kustomization) {
        String path = Kustomization.MANIFESTS.resolve(kustomization).toString();

        assertThat(cluster.kubectl("apply", "-k", path).lines())
                .hasSize(Kustomization.of(kustomization).nodes().size())
                .allMatch(line -> line.endsWith(" created"));
        awaitPods(kustomization);

        assertThat(cluster.kubectl("apply", "-k", path).lines())
                .filteredOn(line -> !line.endsWith(" unchanged"))
                .containsExactlyInAnyOrderElementsOf(sentAlways(kustomization));
        // not at once: controllers may write a status just then
        cluster.await("an empty diff", () -> cluster.succeeds("diff", "-k", path));

        cluster.kubectl("delete", "--wait=false", "-k", path);
        cluster.await(
                "end of everything",
                () ->
                        cluster.kubectl("get", "--ignore-not-found", "--output=name", "-k", path)
                                .isEmpty());
    }

    private static void awaitPods(String kustomization) {
        for (String namespace : namesOf("Namespace", kustomization).toList()) {
            cluster.await("pods", () -> get("pods", namespace).contains("Pending"));
        }
    }

    /** kubectl sends selectors of budgets and claim templates each time; that changes nothing. */
    private static List<String> sentAlways(String kustomization) {
        Stream<String> budgets =
                namesOf("PodDisruptionBudget", kustomization)
                        .map("poddisruptionbudget.policy/%s configured"::formatted);
        Stream<String> databases =
                namesOf("StatefulSet", kustomization)
                        .filter(name -> name.equals("etcd"))
                        .map("statefulset.apps/%s configured"::formatted);
        return Stream.concat(budgets, databases).toList();
    }

    private static Stream<String> namesOf(String kind, String kustomization) {
        return Kustomization.of(kustomization).nodes().stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .map(each -> each.at("/metadata/name").asText());
    }

    private static String get(String kind, String namespace) {
        return cluster.kubectl("get", kind, "--namespace", namespace);
    }

    @Test
    void saysWhyThereAreNoPodsWithoutPriorityClass() {
        var guard = Kustomization.of("base/bot-block-guard", List.of("components/priority"));
        cluster.apply(guard.nodes());

        cluster.await("the reason", () -> get("events", "bot-block-guard").contains(NO_CLASS));

        assertThat(get("pods", "bot-block-guard")).contains("No resources found");
        cluster.kubectl("delete", "--wait=false", "-f", cluster.file(guard.nodes()));
        cluster.await(
                "end of the namespace",
                () -> !cluster.succeeds("get", "namespace", "bot-block-guard"));
    }

    @Test
    void manualQuotesReason() {
        assertThat(Manual.of("manifests/README.md").text()).contains(NO_CLASS);
    }
}
