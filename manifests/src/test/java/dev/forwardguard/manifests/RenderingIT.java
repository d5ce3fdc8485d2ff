package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;
import dev.forwardguard.servers.rendered.StrictModels;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.apps.Deployment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks that all rendered objects are valid for Kubernetes and Traefik. */
class RenderingIT {
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#all")
    void hasOnlyKnownFields(Rendered rendered) {
        assertThat(rendered.typed()).isNotEmpty();
        assertThat(rendered.traefik().stream().map(TraefikSchema::mistakes))
                .allSatisfy(mistakes -> assertThat(mistakes).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#all")
    void hasNoDuplicatesOrMissingNamespaces(Rendered rendered) {
        assertThat(rendered.nodes())
                .extracting(node -> node.path("kind").asText() + node.at("/metadata"))
                .doesNotHaveDuplicates();
        assertThat(rendered.nodes())
                .filteredOn(node -> node.at("/metadata/namespace").isMissingNode())
                .extracting(node -> node.path("kind").asText())
                .allMatch(kind -> List.of("Namespace", "PriorityClass").contains(kind));
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void containsOnlyOwnNamespaces(Rendered rendered) {
        assertThat(rendered.all(Namespace.class))
                .extracting(each -> each.getMetadata().getName())
                .isSubsetOf("bot-block-guard", "authentik-guard")
                .hasSize(rendered.deployments().size());
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void labelsEveryObject(Rendered rendered) {
        assertThat(rendered.nodes())
                .extracting(node -> node.at("/metadata/labels/app.kubernetes.io~1part-of").asText())
                .containsOnly("forward-guard");
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void keepsEdgeInOneNamespace(Rendered rendered) {
        assertThat(rendered.all(Namespace.class))
                .extracting(each -> each.getMetadata().getName())
                .containsExactly("edge");
        assertThat(rendered.nodes())
                .filteredOn(node -> !node.path("kind").asText().equals("Namespace"))
                .extracting(node -> node.at("/metadata/namespace").asText())
                .containsOnly("edge");
        // not "forward-guard": the components of the guards would patch these, too
        assertThat(rendered.nodes())
                .extracting(node -> node.at("/metadata/labels/app.kubernetes.io~1part-of").asText())
                .containsOnly("forward-guard-edge");
    }

    @Test
    void listsEveryComponentOfEdge() throws IOException {
        Path edge = Kustomization.MANIFESTS.resolve("components/edge");
        try (var files = Files.walk(edge)) {
            assertThat(Choices.edgeComponents())
                    .containsExactlyInAnyOrderElementsOf(
                            files.filter(each -> each.endsWith("kustomization.yaml"))
                                    .map(Path::getParent)
                                    .map(each -> "components/edge/" + edge.relativize(each))
                                    // the one is no component, the other one is for guards
                                    .filter(each -> !each.matches(".*/(restore|guards)"))
                                    .toList());
        }
    }

    /**
     * Flux replaces {@code ${name}} in everything it applies, by nothing if it does not know the
     * name. PyYAML, with which many tools read manifests, fails at a plain {@code =}.
     */
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#all")
    void passesThroughToolsOfOthers(Rendered rendered) {
        for (ObjectNode node : rendered.nodes()) {
            String json = node.toString();
            assertThat(json).doesNotContain("${", "\"=\"");
        }
    }

    @Test
    void detectsMisspeltField() {
        ObjectNode deployment = objectOf("Deployment");
        deployment.withObject("/spec/template/spec").put("terminationGracePeriod", 30);
        ObjectNode middleware = objectOf("Middleware");
        middleware.withObject("/spec/forwardAuth").put("authResponseHeader", "X-Guard-Fallback");

        assertThatThrownBy(() -> StrictModels.read(deployment))
                .hasMessageContaining("terminationGracePeriod");
        assertThat(TraefikSchema.mistakes(middleware)).isNotEmpty();
    }

    /** Who may read ConfigMaps then learns nothing of the people in {@code guard.yml}. */
    @Test
    void mountsSettingsFromSecretAsManualSays() {
        Rendered rendered =
                Kustomization.overlay(
                        "guard.yml in a Secret",
                        "overlays/homelab",
                        List.of(),
                        Manual.of("authentik-guard/README.md").yaml("guardyml-in-a-secret"));

        assertThat(rendered.all(Deployment.class))
                .filteredOn(each -> each.getMetadata().getName().equals("authentik-guard"))
                .singleElement()
                .satisfies(
                        each ->
                                assertThat(each.getSpec().getTemplate().getSpec().getVolumes())
                                        .filteredOn(volume -> volume.getName().equals("settings"))
                                        .singleElement()
                                        .satisfies(
                                                volume -> {
                                                    assertThat(volume.getConfigMap()).isNull();
                                                    assertThat(volume.getSecret().getSecretName())
                                                            .isEqualTo("authentik-guard-settings");
                                                }));
        assertThat(rendered.typed()).isNotEmpty(); // no unknown field
    }

    @Test
    void keepsOverlaysMinimal() throws IOException {
        try (var files = Files.walk(Kustomization.MANIFESTS.resolve("overlays"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .extracting(file -> String.valueOf(file.getFileName()))
                    .isNotEmpty()
                    .containsOnly("kustomization.yaml");
        }
    }

    /** A file that is not listed would be a policy that is only believed to be in force. */
    @Test
    void listsEveryFileInItsKustomization() throws IOException {
        for (String tree : List.of("base", "components")) {
            try (var files = Files.walk(Kustomization.MANIFESTS.resolve(tree))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                    String name = String.valueOf(file.getFileName());
                    Path list = file.resolveSibling("kustomization.yaml");
                    assertThat(Files.readString(list))
                            .as("%s", file)
                            .satisfiesAnyOf(
                                    text -> assertThat(text).contains(name),
                                    _ -> assertThat(name).isEqualTo("kustomization.yaml"));
                }
            }
        }
    }

    @Test
    void includesEveryComponentInProduction() throws IOException {
        String production =
                Files.readString(
                        Kustomization.MANIFESTS.resolve("overlays/production/kustomization.yaml"));

        assertThat(Choices.components())
                .allSatisfy(each -> assertThat(production).contains("- ../../" + each + "\n"));
    }

    private static ObjectNode objectOf(String kind) {
        return Kustomization.production().nodes().stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .filter(each -> !kind.equals("Middleware") || each.at("/spec").has("forwardAuth"))
                .map(ObjectNode::deepCopy)
                .findFirst()
                .orElseThrow();
    }
}
