package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The alerts as they are rendered: their names, when they fire, their texts and their runbooks. */
class AlertsIT {
    private static final Path UNIT_TESTS =
            Repository.ROOT.resolve("manifests/tests/alerts_test.yaml");
    private static final String RUNBOOKS = "manifests/components/monitoring/README.md";

    @TempDir private static Path directory;
    private static MonitoringComponent monitoring;

    @BeforeAll
    static void render() {
        monitoring = MonitoringComponent.renderedIn(directory);
    }

    @Test
    void definesTheDocumentedAlerts() {
        assertThat(names())
                .containsExactlyInAnyOrder(
                        "ForwardAuthFailing",
                        "ForwardAuthFailing",
                        "GuardCredentialsMissing",
                        "GuardCredentialsRejected",
                        "GuardCredentialsStale",
                        "GuardDown",
                        "GuardDown",
                        "GuardEmergencyBruteForce",
                        "GuardLoginDown",
                        "GuardSettingsOverridden",
                        "GuardSettingsOverridden",
                        "GuardSettingsRejected",
                        "GuardSettingsRejected",
                        "GuardSuspectAnswers",
                        "GuardsOnOneNode",
                        "GuardsOnOneNode",
                        "PoisonFountainDown",
                        "TraefikDown");
    }

    @Test
    void passesPromtoolCheck() {
        Program promtool = Program.installed("promtool", "prometheus");

        String output =
                promtool.run(
                        directory, "check", "rules", monitoring.writeRules(directory).toString());

        assertThat(output).contains("SUCCESS: " + monitoring.alerts().size() + " rules found");
    }

    @Test
    void passesPromtoolUnitTests() throws IOException {
        Program promtool = Program.installed("promtool", "prometheus");
        monitoring.writeRules(directory);
        Path tests = Files.copy(UNIT_TESTS, directory.resolve("alerts_test.yaml"));

        assertThat(promtool.run(directory, "test", "rules", tests.toString())).contains("SUCCESS");
    }

    @Test
    void hasUnitTestsForFiringAndNotFiring() {
        List<String> tests =
                Document.read(UNIT_TESTS).at("tests").list().stream()
                        .map(test -> test.at("name").text())
                        .toList();

        for (String alert : names()) {
            assertThat(tests).anyMatch(test -> test.startsWith(alert + " fires when "));
            assertThat(tests).anyMatch(test -> test.startsWith(alert + " does not fire when "));
        }
    }

    @Test
    void linksToRunbook() {
        for (Document alert : monitoring.alerts()) {
            assertThat(alert.at("labels", "severity").text()).isIn("warning", "critical");
            String anchor = alert.at("alert").text().toLowerCase(Locale.ROOT);
            assertThat(alert.at("annotations", "runbook_url").text())
                    .isEqualTo(Manual.PUBLISHED + RUNBOOKS + "#" + anchor);
            assertThat(Manual.of(RUNBOOKS).section(anchor))
                    .contains("**Meaning**", "**Impact**", "**Diagnosis**", "**Mitigation**");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bot-block-guard", "authentik-guard"})
    void watchesOneGuardPerPart(String guard) {
        String other = guard.equals("bot-block-guard") ? "authentik-guard" : "bot-block-guard";

        var part =
                MonitoringComponent.renderedIn(
                        directory, MonitoringComponent.SOURCE.resolve(guard));

        assertThat(part.ofKind("PodMonitor")).hasSize(1);
        Document monitor = part.ofKind("PodMonitor").findFirst().orElseThrow();
        assertThat(monitor.at("spec", "jobLabel").text()).isEqualTo("app.kubernetes.io/name");
        // without the label node, GuardsOnOneNode would never fire
        assertThat(monitor.at("spec", "podMetricsEndpoints").text())
                .contains("__meta_kubernetes_pod_node_name", "node");
        assertThat(part.alerts()).hasSizeGreaterThan(2);
        for (Document object : part.objects()) {
            assertThat(object.at("metadata", "namespace").text()).isEqualTo(guard);
            assertThat(object.at("spec").text()).doesNotContain("\"" + other);
        }
    }

    private static List<String> names() {
        return monitoring.alerts().stream().map(alert -> alert.at("alert").text()).toList();
    }
}
