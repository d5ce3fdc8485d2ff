package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A real API server accepts all that can be rendered, and has nothing to say about it. */
class ManifestsDryRunIT {
    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(directory);
        cluster.namespaces(
                "traefik",
                "ingress",
                "monitoring",
                "poison-fountain",
                "wiki",
                "blog",
                "photos",
                "edge");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    static Stream<Rendered> all() {
        return Stream.of(
                        Choices.withGuards(),
                        Choices.edge(),
                        Stream.of(
                                Kustomization.of("components/traefik/example"),
                                Kustomization.of("components/edge/snapshots/restore")))
                .flatMap(each -> each);
    }

    /** A dry run cannot see the namespaces that the same manifests would create. */
    @ParameterizedTest
    @MethodSource("all")
    void isAcceptedWithoutWarning(Rendered rendered) {
        cluster.apply(ofKind(rendered, "Namespace"));

        String output = dryRun(rendered.nodes());

        assertThat(output.lines())
                .hasSize(rendered.nodes().size())
                .allMatch(line -> line.endsWith(" (server dry run)"));
    }

    /** The dry run would not be worth much if the server ignored what it does not know. */
    @ParameterizedTest
    @CsvSource({
        "Deployment, /spec/template/spec",
        "Middleware, /spec/forwardAuth",
        "IngressRoute, /spec",
        "PodMonitor, /spec",
        "PrometheusRule, /spec",
        "AlertmanagerConfig, /spec",
        "HelmChartConfig, /spec",
        "NetworkPolicy, /spec"
    })
    void rejectsMisspeltField(String kind, String at) {
        Rendered rendered =
                Kustomization.of(
                        "overlays/production", List.of("components/traefik/k3s/helm-chart-config"));
        cluster.apply(ofKind(rendered, "Namespace"));
        ObjectNode misspelt =
                ofKind(rendered, kind).stream()
                        .filter(each -> !each.at(at).isMissingNode())
                        .findFirst()
                        .orElseThrow()
                        .deepCopy();
        misspelt.withObject(at).put("misspelt", "x");

        String field = at.substring(1).replace('/', '.') + ".misspelt";
        assertThatThrownBy(() -> dryRun(List.of(misspelt)))
                .hasMessageContaining("unknown field \"" + field + "\"");
    }

    /** It adds a few fields to objects that somebody else manages, and leaves the others alone. */
    @Test
    void addsToPoisonFountainOfOthers() {
        String namespace = "--namespace=poison-fountain";
        cluster.kubectl("create", "deployment", "poison-fountain", "--image=test", namespace);

        String output =
                cluster.kubectl(
                        "apply",
                        "--server-side",
                        "--field-manager=forward-guard",
                        "-k",
                        Kustomization.MANIFESTS.resolve("components/upstreams").toString());

        assertThat(output.lines())
                .hasSize(3)
                .allMatch(line -> line.endsWith(" serverside-applied"));
        assertThat(cluster.kubectl("get", "deployments", namespace, "--show-labels"))
                .contains("app=poison-fountain,tier=1-cluster");
    }

    private static String dryRun(List<ObjectNode> objects) {
        return cluster.kubectl(
                "apply", "--dry-run=server", "--validate=strict", "-f", cluster.file(objects));
    }

    private static List<ObjectNode> ofKind(Rendered rendered, String kind) {
        return rendered.nodes().stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .toList();
    }
}
