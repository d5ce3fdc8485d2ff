package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Traefik in a namespace that is not called {@code traefik}, by the lines that people copy. */
class NamespaceOfTraefikIT {
    private static final Set<String> NAMES = Set.of("name", "app.kubernetes.io/name");

    @ParameterizedTest
    @CsvSource({
        "ingress, overlays/homelab",
        "ingress, overlays/production",
        "kube-system, overlays/homelab",
        "kube-system, overlays/production"
    })
    void putsEverythingThere(String namespace, String overlay) {
        Rendered there = Choices.traefikIn(namespace, overlay, List.of());

        assertThat(named("traefik", there)).isEmpty();
        assertThat(named(namespace, there)).isNotEmpty();
        assertThat(without(namespace, there))
                .as("nothing else is changed")
                .isEqualTo(without(namespace, Kustomization.of(overlay)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void putsEverythingOfOneGuardThere(String guard) {
        List<String> components =
                List.of("components/network-policy/" + guard, "components/traefik/" + guard);
        Rendered there = Choices.traefikIn("ingress", "base/" + guard, components);

        assertThat(named("traefik", there)).isEmpty();
        assertThat(named("ingress", there))
                .filteredOn(each -> each.startsWith("NetworkPolicy"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"components/traefik/namespace", "components/traefik/k3s"})
    void manualHasTheSameLines(String directory) {
        assertThat(Manual.of("manifests/README.md").text())
                .contains("```yaml\n" + Choices.toCopy(directory) + "```");
    }

    /** Where a namespace is named. A name of pods or of anything else is none. */
    private static List<String> named(String namespace, Rendered rendered) {
        List<String> found = new ArrayList<>();
        rendered.nodes()
                .forEach(
                        each ->
                                collect(
                                        each,
                                        namespace,
                                        each.path("kind").asText()
                                                + each.at("/metadata/name").asText(),
                                        found));
        return found;
    }

    private static void collect(JsonNode node, String namespace, String path, List<String> found) {
        node.properties()
                .forEach(
                        each -> {
                            if (!NAMES.contains(each.getKey())) {
                                String inside = path + "/" + each.getKey();
                                collect(each.getValue(), namespace, inside, found);
                            }
                        });
        if (node.isArray()) {
            node.forEach(each -> collect(each, namespace, path + "/-", found));
        }
        if (node.isTextual() && node.asText().equals(namespace)) {
            found.add(path);
        }
    }

    /** All objects as text, with the usual namespace in place of this one. */
    private static List<String> without(String namespace, Rendered rendered) {
        return rendered.nodes().stream()
                .map(ObjectNode::toString)
                .map(each -> each.replace("\"" + namespace + "\"", "\"traefik\""))
                .sorted()
                .toList();
    }
}
