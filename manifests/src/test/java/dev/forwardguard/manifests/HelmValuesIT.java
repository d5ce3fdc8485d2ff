package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.rendered.HelmValues;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Keys for the values of other people's releases: none of them takes anything away there. */
class HelmValuesIT {
    /** Helm merges maps, and replaces a list by that of the last file. */
    @ParameterizedTest
    @ValueSource(strings = {"traefik", "authentik"})
    void replaceNoList(String chart) throws IOException {
        assertThat(lists("", HelmValues.asWritten(chart))).isEmpty();
        assertThat(
                        Files.readString(
                                Kustomization.MANIFESTS
                                        .resolve("helm-values")
                                        .resolve(chart + ".yaml")))
                .doesNotContainPattern("helm (upgrade|rollback|install)");
    }

    @Test
    void nameLinesToAppend() {
        assertThat(lists("", HelmValues.withLists("traefik")))
                .containsExactlyInAnyOrder(
                        "/additionalArguments",
                        "/topologySpreadConstraints",
                        "/topologySpreadConstraints/0/matchLabelKeys",
                        "/ports/websecure/forwardedHeaders/trustedIPs");
    }

    /** k3s starts Traefik anew with it, so there is nothing in it but what must be. */
    @Test
    void tellChartOfK3sWhatItNeeds() throws IOException {
        String component = "components/traefik/k3s/helm-chart-config";
        ObjectNode config =
                Kustomization.of("overlays/homelab", List.of(component)).nodes().stream()
                        .filter(each -> each.path("kind").asText().equals("HelmChartConfig"))
                        .findFirst()
                        .orElseThrow();
        JsonNode values = new YAMLMapper().readTree(config.at("/spec/valuesContent").asText());

        assertThat(config.at("/metadata/namespace").asText()).isEqualTo("kube-system");
        assertThat(config.at("/metadata/name").asText()).isEqualTo("traefik");
        assertThat(values.toString())
                .isEqualTo(
                        "{\"providers\":"
                                + HelmValues.asWritten("traefik").path("providers")
                                + "}");
    }

    /** Paths of all lists that are there. */
    private static List<String> lists(String path, JsonNode node) {
        List<String> found = new ArrayList<>();
        if (node.isArray()) {
            found.add(path);
        }
        for (int index = 0; index < node.size() && node.isArray(); index++) {
            found.addAll(lists(path + "/" + index, node.path(index)));
        }
        node.properties()
                .forEach(each -> found.addAll(lists(path + "/" + each.getKey(), each.getValue())));
        return found;
    }
}
