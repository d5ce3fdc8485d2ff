package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.GuardProcess;
import dev.forwardguard.testing.RawHttp;
import dev.forwardguard.testing.RawRequest;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Both guards, scraped by a real Prometheus with the component's rules. */
class PrometheusIT {
    private static final Pattern LABEL_OF_LEGEND = Pattern.compile("\\{\\{(\\w+)}}");

    /** Metrics of kube-state-metrics, the kubelet, and Prometheus itself. */
    private static final Set<String> EXTERNAL =
            Set.of(
                    "ALERTS",
                    "container_memory_working_set_bytes",
                    "kube_daemonset_status_desired_number_scheduled",
                    "kube_daemonset_status_number_available",
                    "kube_deployment_spec_replicas",
                    "kube_deployment_status_replicas_available",
                    "kube_pod_container_resource_limits",
                    "up");

    private static final Deque<AutoCloseable> RUNNING = new ArrayDeque<>();
    private static MonitoringComponent monitoring;
    private static StubUpstream poisonFountain;
    private static GuardProcess botBlockGuard;
    private static GuardProcess authentikGuard;
    private static Prometheus prometheus;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        monitoring = MonitoringComponent.renderedIn(directory);
        poisonFountain = running(StubUpstream.start());
        poisonFountain.behaves(Upstreams.poisonFountain());
        botBlockGuard =
                running(
                        GuardProcess.start(
                                "bot-block-guard",
                                directory,
                                "upstream:\n  url: " + poisonFountain.uri() + "\n",
                                ""));
        authentikGuard =
                running(
                        GuardProcess.startWithSecret(
                                "authentik-guard", directory, "mode: fallback\n"));
        botBlockGuard.awaitHealthy();
        authentikGuard.awaitHealthy();
        prometheus =
                running(
                        Prometheus.start(
                                directory,
                                monitoring.writeRules(directory),
                                Map.of(
                                        "bot-block-guard", botBlockGuard.managementPort(),
                                        "authentik-guard", authentikGuard.managementPort())));
        await("both guards", "count(up == 1) == 2");
        ask();
        await("auth requests", "rate(guard_decision_total{guard=\"bot-block-guard\"}[1m]) > 0");
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
    void alertsOnOutageButNotOnDrill() throws IOException {
        try (var _ = Outage.REFUSED.of(poisonFountain, Upstreams.poisonFountain())) {
            ask();
            prometheus
                    .process()
                    .await(
                            "ForwardAuthFailing",
                            () -> prometheus.alerts("ForwardAuthFailing").findAny().isPresent());
            await(
                    "the drill",
                    "increase(guard_fallback_total{guard=\"authentik-guard\", reason=\"forced\"}[1m]) > 0");

            List<Document> failing = prometheus.alerts("ForwardAuthFailing").toList();

            assertThat(failing).hasSize(1);
            Document alert = failing.getFirst();
            assertThat(alert.at("state").text()).isEqualTo("pending");
            assertThat(alert.at("labels").texts())
                    .containsOnly(
                            Map.entry("alertname", "ForwardAuthFailing"),
                            Map.entry("guard", "bot-block-guard"),
                            Map.entry("namespace", "bot-block-guard"),
                            Map.entry("reason", "connect_refused"),
                            Map.entry("severity", "warning"));
        }
    }

    @Test
    void exportsEveryMetricInUse() {
        Set<String> there =
                prometheus.query("count by (__name__) ({__name__!=\"\"})").stream()
                        .map(series -> series.at("metric", "__name__").text())
                        .collect(Collectors.toSet());

        Set<String> named =
                Stream.concat(
                                monitoring.alerts().stream().map(rule -> rule.at("expr").text()),
                                monitoring.dashboardQueries().stream())
                        .flatMap(query -> MetricNames.in(query).stream())
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).hasSizeGreaterThan(10).contains("guard_fallback_total");
        named.removeAll(EXTERNAL);
        assertThat(there).containsAll(named);
    }

    @Test
    void fillsEveryPanelAndLegend() throws IOException {
        for (Document panel : monitoring.dashboard().at("panels").list()) {
            for (Document target : panel.at("targets").list()) {
                String query =
                        target.at("expr")
                                .text()
                                .replace("$guard", "bot-block-guard|authentik-guard")
                                .replace("$__rate_interval", "1m");
                List<Document> series = prometheus.query(query);
                Set<String> metrics = MetricNames.in(query);
                if (Collections.disjoint(metrics, EXTERNAL) && !query.contains("> 0")) {
                    assertThat(series).as(query).isNotEmpty();
                }
                for (Document each : series) {
                    LABEL_OF_LEGEND
                            .matcher(target.at("legendFormat").text())
                            .results()
                            .forEach(label -> each.at("metric", label.group(1)));
                }
            }
        }
    }

    /** Sends both guards an auth request. */
    private static void ask() throws IOException {
        RawHttp.to(botBlockGuard.port()).ask(RawRequest.get("/auth"));
        RawHttp.to(authentikGuard.port())
                .ask(RawRequest.get("/outpost.goauthentik.io/auth/traefik"));
    }

    private static void await(String what, String query) {
        prometheus.process().await(what, () -> !prometheus.query(query).isEmpty());
    }
}
