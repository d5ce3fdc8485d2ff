package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tests with a real Alertmanager that TraefikDown inhibits two alerts and no others. */
class InhibitionIT {
    private static final Path SNIPPET =
            MonitoringComponent.SOURCE.resolve("alertmanager-inhibition.yml");
    private static final String RECEIVER =
            "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";

    @TempDir private Path directory;
    private static MonitoringComponent monitoring;

    @BeforeAll
    static void render(@TempDir Path directory) {
        monitoring = MonitoringComponent.renderedIn(directory);
    }

    @Test
    void acceptsSnippet() throws IOException {
        Program amtool = Program.installed("amtool", "prometheus-alertmanager");

        assertThat(amtool.run(directory, "check-config", configuration().toString()))
                .contains("SUCCESS", "1 inhibit rules");
    }

    @Test
    void matchesSnippetInAlertmanagerConfig() {
        List<Document> objects = monitoring.ofKind("AlertmanagerConfig").toList();
        List<Document> rules = Document.read(SNIPPET).at("inhibit_rules").list();

        assertThat(objects).hasSize(1);
        assertThat(objects.getFirst().at("spec", "inhibitRules").list())
                .map(InhibitionIT::asAlertmanagerRule)
                .containsExactlyElementsOf(rules);
        assertThat(objects.getFirst().at("spec").texts()).containsOnlyKeys("inhibitRules");
    }

    /** A rule of an AlertmanagerConfig as the operator writes it for Alertmanager. */
    private static Document asAlertmanagerRule(Document rule) {
        Function<String, List<String>> matchers =
                side ->
                        rule.at(side).list().stream()
                                .map(
                                        matcher ->
                                                "%s %s \"%s\""
                                                        .formatted(
                                                                matcher.at("name").text(),
                                                                matcher.at("matchType").text(),
                                                                matcher.at("value").text()))
                                .toList();
        return new Document(
                Map.of(
                        "source_matchers", matchers.apply("sourceMatch"),
                        "target_matchers", matchers.apply("targetMatch"),
                        "equal", rule.at("equal").value()));
    }

    @Test
    void inhibitsTwoAlertsWhileTraefikIsDown() throws IOException {
        List<Map<String, String>> others =
                new ArrayList<>(List.of(alert("TraefikDown", "traefik")));
        List<Map<String, String>> inhibited =
                List.of(
                        alert("PoisonFountainDown", "poison-fountain"),
                        alert("ForwardAuthFailing", "bot-block-guard"),
                        alert("ForwardAuthFailing", "authentik-guard"));
        monitoring.alerts().stream()
                .map(rule -> rule.at("alert").text())
                .filter(name -> name.startsWith("Guard"))
                .distinct()
                .forEach(name -> others.add(alert(name, "authentik-guard")));
        others.add(alert("PoisonFountainDownhill", "elsewhere"));

        try (var alertmanager = Alertmanager.start(directory, configuration())) {
            alertmanager.fire(others);
            alertmanager.fire(inhibited);

            alertmanager.process().await("inhibition", () -> alertmanager.inhibited().size() >= 3);
            assertThat(alertmanager.inhibited()).containsExactlyInAnyOrderElementsOf(inhibited);
            assertThat(alertmanager.active()).containsExactlyInAnyOrderElementsOf(others);
        }
    }

    @Test
    void inhibitsOnlyInSameCluster() throws IOException {
        var traefik = in("north", alert("TraefikDown", "traefik"));
        var north = in("north", alert("PoisonFountainDown", "poison-fountain"));
        var south = in("south", alert("PoisonFountainDown", "poison-fountain"));
        var nowhere = alert("PoisonFountainDown", "poison-fountain");

        try (var alertmanager = Alertmanager.start(directory, configuration())) {
            alertmanager.fire(List.of(traefik, north, south, nowhere));

            alertmanager.process().await("inhibition", () -> !alertmanager.inhibited().isEmpty());
            assertThat(alertmanager.inhibited()).containsExactly(north);
            assertThat(alertmanager.active()).contains(south, nowhere);
        }
    }

    @Test
    void inhibitsNothingWhileTraefikIsUp() throws IOException {
        var alert = alert("PoisonFountainDown", "poison-fountain");

        try (var alertmanager = Alertmanager.start(directory, configuration())) {
            alertmanager.fire(List.of(alert));

            alertmanager.process().await("the alert", () -> !alertmanager.active().isEmpty());
            assertThat(alertmanager.active()).containsExactly(alert);
            assertThat(alertmanager.inhibited()).isEmpty();
        }
    }

    /** The labels of an alert, with the severity of its rule. */
    private static Map<String, String> alert(String name, String namespace) {
        String severity =
                monitoring.alerts().stream()
                        .filter(rule -> rule.at("alert").text().equals(name))
                        .map(rule -> rule.at("labels", "severity").text())
                        .findFirst()
                        .orElse("warning");
        return Map.of("alertname", name, "namespace", namespace, "severity", severity);
    }

    private static Map<String, String> in(String cluster, Map<String, String> labels) {
        Map<String, String> all =
                labels.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        all.put("cluster", cluster);
        return all;
    }

    private Path configuration() throws IOException {
        return Files.writeString(
                directory.resolve("alertmanager.yml"), RECEIVER + Files.readString(SNIPPET));
    }
}
