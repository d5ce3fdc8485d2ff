package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The alerts of the edge: when they fire, their texts and their runbooks. */
class AlertsIT {
    private static final List<String> UNIT_TESTS =
            List.of("edge_alerts_test.yaml", "edge_snapshot_alerts_test.yaml");

    @TempDir private static Path directory;
    private static final List<JsonNode> ALERTS = new ArrayList<>();
    private static Path rules;

    /** A rule file, since promtool does not know PrometheusRule objects. */
    @BeforeAll
    static void render() throws IOException {
        ArrayNode groups = JsonNodeFactory.instance.arrayNode();
        var components =
                List.of("components/edge/monitoring", "components/edge/monitoring/blackbox");
        Kustomization.of("overlays/edge", components).nodes().stream()
                .filter(each -> each.path("kind").asText().equals("PrometheusRule"))
                .forEach(each -> groups.addAll((ArrayNode) each.at("/spec/groups")));
        groups.forEach(group -> group.path("rules").forEach(ALERTS::add));
        rules = directory.resolve("rules.yml");
        new YAMLMapper()
                .writeValue(
                        rules.toFile(),
                        JsonNodeFactory.instance.objectNode().set("groups", groups));
    }

    private static List<String> names() {
        return ALERTS.stream().map(each -> each.path("alert").asText()).toList();
    }

    @Test
    void passesPromtool() throws IOException {
        Program promtool = Program.installed("promtool", "prometheus");

        assertThat(promtool.run(directory, "check", "rules", rules.toString()))
                .contains("SUCCESS: " + ALERTS.size() + " rules found");
        for (String name : UNIT_TESTS) {
            Path tests = Files.copy(unitTests(name), directory.resolve(name));
            assertThat(promtool.run(directory, "test", "rules", tests.toString()))
                    .contains("SUCCESS");
        }
    }

    private static Path unitTests(String name) {
        return Kustomization.MANIFESTS.resolve("tests").resolve(name);
    }

    @Test
    void hasUnitTestsForFiringAndNotFiring() throws IOException {
        var tests = new StringBuilder();
        for (String name : UNIT_TESTS) {
            tests.append(Files.readString(unitTests(name)));
        }

        assertThat(names()).hasSize(7).doesNotHaveDuplicates();
        for (String alert : names()) {
            assertThat(tests).contains("- name: " + alert + " fires when ");
            assertThat(tests).contains("- name: " + alert + " does not fire when ");
        }
    }

    @Test
    void speaksOfVisitorsFirst() {
        for (JsonNode alert : ALERTS) {
            assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).hasSizeLessThan(100);
            assertThat(alert.at("/annotations/description").asText())
                    .matches("(?s)Visitors .{150,}\\.")
                    .doesNotContain("\n");
        }
    }

    @Test
    void linksToRunbookInManual() {
        for (JsonNode alert : ALERTS) {
            String url = alert.at("/annotations/runbook_url").asText();
            String anchor = alert.path("alert").asText().toLowerCase(Locale.ROOT);
            assertThat(url).endsWith("/manifests/edge/README.md#" + anchor);
            assertThat(EdgeManual.section(anchor))
                    .as(anchor)
                    .contains("**Meaning**", "**Impact**", "**Diagnosis**", "**Mitigation**");
        }
    }
}
