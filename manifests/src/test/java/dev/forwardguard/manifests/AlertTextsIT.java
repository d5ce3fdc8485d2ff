package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.StubUpstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The texts of the alerts, filled in by a real Prometheus while everything it scrapes fails. */
class AlertTextsIT {
    private static final List<String> REASONS =
            List.of(
                    "connect_refused",
                    "circuit_open",
                    "login_down",
                    "internal_error",
                    "overload",
                    "bad_request",
                    "response_too_large");

    private static StubUpstream target;
    private static Prometheus prometheus;
    private static MonitoringComponent monitoring;

    @BeforeAll
    static void failEverything(@TempDir Path directory) {
        monitoring = MonitoringComponent.renderedIn(directory);
        var scrape = new AtomicLong();
        target = StubUpstream.start();
        target.behaves(
                (dialogue, request) ->
                        Behaviour.answers(200, List.of(), allFailing(scrape.incrementAndGet()))
                                .answer(dialogue, request));
        prometheus =
                Prometheus.start(
                        directory,
                        monitoring.writeRules(directory),
                        Map.of("target", List.of(target.port())));
        // for each guard: one alert per reason, and one for mode upstream
        int failing = 2 * (REASONS.size() + 1);
        prometheus
                .process()
                .await(
                        "every alert",
                        () ->
                                active().equals(defined())
                                        && prometheus.alerts("ForwardAuthFailing").count()
                                                == failing);
    }

    @AfterAll
    static void end() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (target != null) {
            target.close();
        }
    }

    private static String allFailing(long scrape) {
        var lines = new StringBuilder();
        for (String deployment : List.of("traefik", "poison-fountain")) {
            String labels = "{namespace=\"NAME\",deployment=\"NAME\"}".replace("NAME", deployment);
            lines.append("kube_deployment_spec_replicas").append(labels).append(" 3\n");
            lines.append("kube_deployment_status_replicas_available").append(labels).append(" 0\n");
        }
        for (String guard : List.of("bot-block-guard", "authentik-guard")) {
            String labels = "{namespace=\"NAME\",guard=\"NAME\"".replace("NAME", guard);
            for (String reason : REASONS) {
                String more = ",reason=\"" + reason + "\",outcome=\"x\"} ";
                lines.append("guard_fallback_total").append(labels).append(more);
                lines.append(scrape * 10_000).append('\n');
            }
            String up = "up{namespace=\"NAME\",job=\"NAME\",".replace("NAME", guard);
            lines.append(up).append("cluster=\"down\",node=\"a\"} 0\n");
            lines.append(up).append("cluster=\"crowded\",node=\"a\",pod=\"1\"} 1\n");
            lines.append(up).append("cluster=\"crowded\",node=\"a\",pod=\"2\"} 1\n");
            lines.append("guard_decision_total").append(labels);
            lines.append(",source=\"upstream\",decision=\"fail\"} ").append(scrape).append('\n');
            lines.append("guard_upstream_probe_total").append(labels);
            lines.append(",result=\"suspect\"} ").append(scrape).append('\n');
            lines.append("guard_emergency_login_total").append(labels);
            lines.append(",result=\"bad_credentials\"} ").append(scrape * 10_000).append('\n');
            lines.append("guard_login_health").append(labels);
            lines.append(",state=\"failing\"} 1\n");
            lines.append("guard_settings_refused").append(labels).append("} 1\n");
            lines.append("guard_settings_override").append(labels).append("} 1\n");
            lines.append("guard_settings_override_refused").append(labels).append("} 1\n");
            lines.append("guard_credentials_refused").append(labels).append("} 1\n");
            lines.append("guard_credentials").append(labels).append("} 0\n");
            lines.append("guard_credentials_last_read_timestamp_seconds");
            lines.append(labels).append("} 1000\n");
        }
        return lines.toString();
    }

    private static Set<String> active() {
        return prometheus.alerts().stream()
                .map(alert -> alert.at("labels", "alertname").text())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> defined() {
        return monitoring.alerts().stream()
                .map(alert -> alert.at("alert").text())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void fillsInEveryText() {
        for (Document alert : prometheus.alerts()) {
            Map<String, String> texts = alert.at("annotations").texts();
            String description = texts.getOrDefault("description", "");

            assertThat(texts).containsOnlyKeys("summary", "description", "runbook_url");
            assertThat(texts.values())
                    .allSatisfy(
                            text ->
                                    assertThat(text)
                                            .isEqualTo(text.strip())
                                            .doesNotContain("{{", "<no value>", "<error", "  ")
                                            // traces of an empty label
                                            .doesNotContainPattern(
                                                    " [.,:;)]|:$| -n (get|rollout)"));
            assertThat(description).matches("(?s)(Visitors|Sites) .{150,}\\.");
        }
    }

    @Test
    void givesAdviceByReason() {
        assertThat(description("authentik-guard", "circuit_open"))
                .contains("emergency user and password", "only probed now", "reason circuit_open");
        assertThat(description("authentik-guard", "connect_refused"))
                .contains("namespace authentik-guard", "Repair authentik", "mode: fallback")
                .doesNotContain("only probed", "bug in the guard");
        assertThat(description("authentik-guard", "login_down"))
                .contains("emergency user and password", "people with a session", "GuardLoginDown");
        assertThat(description("bot-block-guard", "internal_error"))
                .contains("bug in the guard", "version before")
                .doesNotContain("Repair Poison Fountain");
        assertThat(description("bot-block-guard", "overload")).contains("max-concurrent");
        assertThat(description("bot-block-guard", "mode_upstream"))
                .contains("502", "Set mode: auto")
                .doesNotContain("bots pass");
        assertThat(description("authentik-guard", "bad_request"))
                .contains("400, 408, 414 or 431", "access log of Traefik")
                .doesNotContain("mode: fallback");
        assertThat(description("authentik-guard", "response_too_large"))
                .contains("502", "256 KiB", "very long URLs")
                .doesNotContain("emergency user");
        assertThat(description("bot-block-guard", "response_too_large"))
                .contains("256 KiB", "pass unchecked");
    }

    private static String description(String guard, String reason) {
        return prometheus
                .alerts("ForwardAuthFailing")
                .filter(alert -> alert.at("labels", "guard").text().equals(guard))
                .filter(alert -> alert.at("labels", "reason").text().equals(reason))
                .map(alert -> alert.at("annotations", "description").text())
                .findFirst()
                .orElseThrow();
    }
}
