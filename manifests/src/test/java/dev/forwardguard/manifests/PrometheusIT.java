package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Both guards, scraped by a real Prometheus with the component's rules, after an outage of one and
 * during a drill of the other.
 */
class PrometheusIT {
    /** Metrics of kube-state-metrics, and Prometheus' own of alerts. */
    private static final String EXTERNAL = "(ALERTS|kube_(deployment|daemonset)_\\w+)(\\{.*)?";

    private static final String STATE = "dashboard:panel_15_A";
    private static final int RELAYING = 0;
    private static final int DEGRADED = 2;
    private static final int OPEN = 4;
    private static final int FORCED = 5;

    private static final Deque<AutoCloseable> RUNNING = new ArrayDeque<>();
    private static MonitoringComponent monitoring;
    private static Dashboard dashboard;
    private static GuardProcess botBlockGuard;
    private static GuardProcess authentikGuard;
    private static Prometheus prometheus;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        monitoring = MonitoringComponent.renderedIn(directory);
        dashboard = monitoring.dashboard();
        StubUpstream poisonFountain = running(StubUpstream.start());
        poisonFountain.behaves(Upstreams.poisonFountain());
        StubUpstream kubernetes = running(StubUpstream.start());
        kubernetes.behaves(Behaviour.answers(200, List.of(), memoryOfPods()));
        botBlockGuard =
                running(
                        GuardProcess.start(
                                "bot-block-guard",
                                directory,
                                "upstream:\n  url: " + poisonFountain.uri() + "\n",
                                ""));
        // of the one the mode is an override, and its Secret cannot be read; the other one has
        // users
        Path override = Files.writeString(directory.resolve("override.yml"), "mode: fallback\n");
        GuardProcess withoutUsers =
                running(
                        GuardProcess.startWith(
                                "authentik-guard",
                                directory,
                                "mode: auto\n",
                                Map.of(
                                        "GUARD_SETTINGS_OVERRIDE_FILE", override.toString(),
                                        "GUARD_HTPASSWD_SOURCE", "secret",
                                        "KUBECONFIG", directory.resolve("none").toString())));
        authentikGuard =
                running(
                        GuardProcess.start(
                                "authentik-guard",
                                Files.createDirectory(directory.resolve("with-users")),
                                "mode: fallback\n",
                                GatewayFixture.HTPASSWD));
        botBlockGuard.awaitHealthy();
        withoutUsers.awaitHealthy();
        authentikGuard.awaitHealthy();
        prometheus =
                running(
                        Prometheus.start(
                                directory,
                                monitoring.writeRules(directory),
                                Map.of(
                                        "bot-block-guard",
                                        List.of(botBlockGuard.managementPort()),
                                        "authentik-guard",
                                        List.of(
                                                withoutUsers.managementPort(),
                                                authentikGuard.managementPort()),
                                        "kubernetes",
                                        List.of(kubernetes.port()))));
        await("all of them", "count(up == 1) == 4");
        logIn();
        ask();
        await("auth requests", "rate(guard_decision_total{guard=\"bot-block-guard\"}[1m]) > 0");
        awaitState("bot-block-guard", RELAYING);
        sufferOutage(poisonFountain);
    }

    /** As the kubelet and kube-state-metrics have it. */
    private static String memoryOfPods() {
        var lines = new StringBuilder();
        for (String guard : List.of("bot-block-guard", "authentik-guard")) {
            String labels =
                    "{namespace=\"NAME\",pod=\"NAME-0\",container=\"guard\"".replace("NAME", guard);
            lines.append("container_memory_working_set_bytes").append(labels).append("} 1e8\n");
            lines.append("kube_pod_container_resource_limits").append(labels);
            lines.append(",resource=\"memory\"} 2e8\n");
        }
        return lines.toString();
    }

    /** The circuit opens, and closes again. */
    private static void sufferOutage(StubUpstream poisonFountain) {
        try (var _ = Outage.REFUSED.of(poisonFountain, Upstreams.poisonFountain())) {
            awaitState("bot-block-guard", OPEN);
            await(
                    "a failed probe",
                    "rate(guard_upstream_probe_total{guard=\"bot-block-guard\", result=\"failed\"}[1m]) > 0");
        }
        awaitState("bot-block-guard", DEGRADED);
    }

    private static <T extends AutoCloseable> T running(T part) {
        RUNNING.push(part);
        return part;
    }

    @AfterAll
    static void end() throws Exception {
        for (AutoCloseable part : RUNNING) {
            part.close();
        }
    }

    @Test
    void alertsOnOutageButNotOnDrill() {
        await(
                "the drill",
                "increase(guard_fallback_total{guard=\"authentik-guard\", reason=\"forced\"}[1m]) > 0");

        await(
                "the outage",
                "ALERTS{alertname=\"ForwardAuthFailing\", reason=\"connect_refused\"} == 1");

        List<Document> failing = prometheus.alerts("ForwardAuthFailing").toList();

        assertThat(failing)
                .allSatisfy(alert -> assertThat(alert.at("state").text()).isEqualTo("pending"))
                .extracting(alert -> alert.at("labels").texts())
                .contains(
                        Map.of(
                                "alertname", "ForwardAuthFailing",
                                "cluster", "test",
                                "guard", "bot-block-guard",
                                "namespace", "bot-block-guard",
                                "reason", "connect_refused",
                                "severity", "warning"))
                .allSatisfy(alert -> assertThat(alert).containsEntry("guard", "bot-block-guard"));
    }

    @Test
    void showsDrillAsForced() {
        awaitState("authentik-guard", FORCED);
    }

    /** What a guard renames is renamed in alerts and dashboard, too. */
    @Test
    void exposesEveryMetricAndLabelInUse() {
        List<String> inUse =
                Stream.concat(
                                monitoring.alerts().stream().map(rule -> rule.at("expr").text()),
                                dashboard.queries().stream().map(Dashboard.Query::promql))
                        .toList();
        Set<String> metrics = new HashSet<>();
        inUse.forEach(query -> metrics.addAll(Expression.parse(query).metrics()));
        List<Map<String, String>> exposed = exposed(metrics);

        assertThat(metrics).hasSizeGreaterThan(30).contains("guard_fallback_total");
        assertThat(inUse)
                .flatMap(query -> Expression.parse(query).missingIn(exposed))
                .filteredOn(missing -> !missing.matches(EXTERNAL))
                .isEmpty();
    }

    @Test
    void detectsWhatIsNotExposed() {
        String query =
                """
                sum by (guard, cause) (rate(guard_fallback_total{outcome=~"allow|maybe", kind!="a"}[1m]))
                / on (guard) group_left (colour) guard_modes{mode="auto"}
                """;

        assertThat(Expression.parse(query).missingIn(exposed(Set.of("guard_fallback_total"))))
                .containsExactlyInAnyOrder(
                        "guard_fallback_total{cause}",
                        "guard_fallback_total{kind}",
                        "guard_fallback_total{kind=\"a\"}",
                        "guard_fallback_total{outcome=\"maybe\"}",
                        "guard_modes",
                        "guard_modes{guard}",
                        "guard_modes{mode}",
                        "guard_modes{mode=\"auto\"}",
                        "group_left (colour)");
    }

    /**
     * The series of these metrics; on a machine with a lot to do a scrape may fail now and then.
     */
    private static List<Map<String, String>> exposed(Set<String> metrics) {
        String names = String.join("|", metrics);
        return prometheus.query("last_over_time({__name__=~\"" + names + "\"}[5m])").stream()
                .map(each -> each.at("metric").texts())
                .toList();
    }

    @Test
    void fillsEveryPanelAndLegend() {
        for (Dashboard.Query query : dashboard.queriesOfPanels()) {
            await(query.name(), query.expression());
            assertThat(prometheus.query(query.expression()))
                    .as(query.promql())
                    .extracting(series -> series.at("metric").texts().keySet())
                    .allMatch(labels -> labels.containsAll(query.shown()));
        }
    }

    @Test
    void fillsEveryAnnotationAndVariable() {
        List<Dashboard.Query> queries =
                Stream.of(dashboard.queriesOfAnnotations(), dashboard.queriesOfVariables())
                        .flatMap(List::stream)
                        .toList();
        for (Dashboard.Query query : queries) {
            // no alert fires within the minute of this test
            String expression = query.expression().replace("\"firing\"", "\"pending\"");
            prometheus
                    .process()
                    .await(query.name(), () -> labels(expression).containsAll(query.shown()));
        }
    }

    private static Set<String> labels(String query) {
        Set<String> labels = new HashSet<>();
        for (Document series : prometheus.query(query)) {
            labels.addAll(series.at("metric").texts().keySet());
        }
        return labels;
    }

    /** Sends auth requests until the traffic light shows this. */
    private static void awaitState(String guard, int state) {
        String light = dashboard.query(STATE).expression();
        String query = "(%s) == %d".formatted(light, state);
        prometheus
                .process()
                .await(
                        guard + " in state " + state,
                        () ->
                                ask()
                                        && prometheus.query(query).stream()
                                                .map(each -> each.at("metric", "guard").text())
                                                .anyMatch(guard::equals));
    }

    /** Whether both guards answer an auth request. */
    private static boolean ask() {
        return answers(botBlockGuard, RawRequest.get("/auth")) && answers(authentikGuard, page());
    }

    /** With the right password, the right one again, and a wrong one. */
    private static void logIn() {
        RawRequest page = page();
        String name = "Authorization";
        answers(authentikGuard, page.with(name, GatewayFixture.EMERGENCY_PASSWORD));
        answers(authentikGuard, page.with(name, GatewayFixture.EMERGENCY_PASSWORD));
        answers(authentikGuard, page.with(name, GatewayFixture.WRONG_PASSWORD));
    }

    private static RawRequest page() {
        return RawRequest.get("/outpost.goauthentik.io/auth/traefik")
                .with("X-Forwarded-Method", "GET")
                .with("X-Forwarded-Proto", "https")
                .with("X-Forwarded-Host", "app.example.com")
                .with("X-Forwarded-Uri", "/");
    }

    private static boolean answers(GuardProcess guard, RawRequest request) {
        try {
            return RawHttp.to(guard.port()).ask(request).status() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, String query) {
        prometheus.process().await(what, () -> !prometheus.query(query).isEmpty());
    }
}
