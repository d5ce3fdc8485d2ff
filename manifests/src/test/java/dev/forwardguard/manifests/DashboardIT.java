package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.Repository;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The dashboard as it is rendered: its queries, its traffic light, and what Grafana needs. */
class DashboardIT {
    private static final Path UNIT_TESTS =
            Repository.ROOT.resolve("manifests/tests/dashboard_test.yaml");
    private static final Pattern VARIABLE = Pattern.compile("\\$[a-z_]+");

    @TempDir private static Path directory;
    private static MonitoringComponent monitoring;
    private static Dashboard dashboard;
    private static Path rules;

    @BeforeAll
    static void render() throws IOException {
        monitoring = MonitoringComponent.renderedIn(directory);
        dashboard = monitoring.dashboard();
        rules =
                Files.writeString(
                        directory.resolve("dashboard.yml"), dashboard.ruleFile().yamlText());
    }

    @Test
    void passesPromtoolCheck() {
        String output = promtool("check", "rules", rules.toString());

        assertThat(dashboard.queries()).extracting(Dashboard.Query::name).doesNotHaveDuplicates();
        assertThat(output).contains("SUCCESS: " + dashboard.queries().size() + " rules found");
    }

    @Test
    void passesPromtoolUnitTests() throws IOException {
        Path tests = Files.copy(UNIT_TESTS, directory.resolve("dashboard_test.yaml"));

        assertThat(promtool("test", "rules", tests.toString())).contains("SUCCESS");
    }

    private static String promtool(String... arguments) {
        return Program.installed("promtool", "prometheus").run(directory, arguments);
    }

    /** One of many clusters, namespaces and guards can be chosen in all panels. */
    @Test
    void filtersEveryMetric() {
        for (Dashboard.Query query : dashboard.queriesOfPanels()) {
            for (Expression.Selector each : Expression.parse(query.promql()).selectors()) {
                assertThat(each.matched())
                        .as(query.promql())
                        .containsKeys("cluster", "namespace")
                        .containsAnyOf(
                                Map.entry("guard", Set.of()),
                                Map.entry("job", Set.of()),
                                Map.entry("pod", Set.of()));
            }
            assertThat(VARIABLE.matcher(query.expression()).find()).as(query.promql()).isFalse();
        }
    }

    @Test
    void usesChosenDatasource() {
        List<Document> users =
                List.of(
                        dashboard.json().at("annotations"),
                        dashboard.json().at("templating"),
                        dashboard.json().at("panels"));
        Pattern source = Pattern.compile("datasource=\\{type=prometheus, uid=(.*?)}");
        for (Document user : users) {
            assertThat(source.matcher(user.text()).results().map(found -> found.group(1)))
                    .isNotEmpty()
                    .containsOnly("$datasource");
        }
        for (Document panel : dashboard.panels()) {
            assertThat(panel.at("targets").list())
                    .allSatisfy(target -> assertThat(target.find("datasource")).isPresent());
        }
    }

    @Test
    void saysWhatEachPanelMeans() {
        assertThat(dashboard.panels())
                .extracting(panel -> panel.at("title").text())
                .doesNotHaveDuplicates();
        assertThat(dashboard.panels())
                .allSatisfy(
                        panel ->
                                assertThat(panel.at("description").text()).matches(".{40,400}\\."));
    }

    /** A word has one colour. */
    @Test
    void coloursTheSameAlike() {
        Map<String, String> colours = new HashMap<>();
        Pattern mapping = Pattern.compile("\\{text=([^,]+), color=([\\w-]+)");
        for (Document panel : dashboard.panels()) {
            mapping.matcher(panel.text())
                    .results()
                    .forEach(
                            each ->
                                    assertThat(each.group(2))
                                            .as(each.group())
                                            .isEqualTo(
                                                    colours.computeIfAbsent(
                                                            each.group(1), _ -> each.group(2))));
        }
        assertThat(colours)
                .containsKeys(
                        "relaying", "recovering", "degraded", "open", "forced", "down", "closed");
    }

    @Test
    void leavesNoGapAndNoOverlap() {
        Set<String> cells = new HashSet<>();
        Set<String> ids = new HashSet<>();
        int bottom = 0;
        for (Document panel : dashboard.json().at("panels").list()) {
            assertThat(ids.add(panel.at("id").text())).isTrue();
            Map<String, String> place = panel.at("gridPos").texts();
            int x = Integer.parseInt(place.getOrDefault("x", ""));
            int y = Integer.parseInt(place.getOrDefault("y", ""));
            int right = x + Integer.parseInt(place.getOrDefault("w", ""));
            int end = y + Integer.parseInt(place.getOrDefault("h", ""));
            for (int column = x; column < right; column++) {
                for (int line = y; line < end; line++) {
                    assertThat(cells.add(column + "," + line)).as("%s", place).isTrue();
                }
            }
            assertThat(right).isLessThanOrEqualTo(24);
            bottom = Math.max(bottom, end);
        }
        assertThat(cells).hasSize(24 * bottom);
    }

    @Test
    void marksEveryAlert() {
        String marked =
                dashboard.query("dashboard:annotation_Alerts").promql().replaceAll("(?s)\n", "");
        String names = marked.replaceFirst(".*alertname=~\"([^\"]*)\".*", "$1");

        assertThat(monitoring.alerts())
                .extracting(alert -> alert.at("alert").text())
                .allMatch(alert -> alert.matches(names));
    }
}
