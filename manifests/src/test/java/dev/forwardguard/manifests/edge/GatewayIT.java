package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * etcd and a gateway as rendered, with the certificates of the script; the gateway started first.
 */
class GatewayIT {
    @TempDir private static Path directory;
    private static RenderedEtcd etcd;
    private static RenderedGateway gateway;

    @BeforeAll
    static void start() {
        Certificates certificates = Certificates.in(directory);
        int port = Loopback.freePort();
        gateway =
                RenderedGateway.start(
                        directory,
                        Kustomization.of("overlays/edge", List.of("components/edge/dashboard")),
                        certificates,
                        port);
        gateway.process()
                .await("first try", () -> gateway.process().output().contains("KV connection"));
        etcd = RenderedEtcd.start(directory, certificates, port);
        etcd.switchAuthenticationOn();
        // alive, and not ready: there is no route
        assertThat(gateway.status("metrics", "/ping")).isEqualTo("200");
        assertThat(gateway.isReady()).isFalse();
        etcd.putCanary(1);
        gateway.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (etcd != null) {
            etcd.close();
        }
    }

    private static String revision() {
        return gateway.answer("canary", "/edge-revision");
    }

    @Test
    void showsRevisionOnCanaryOnly() {
        etcd.putCanary(2);
        gateway.process().await("revision", () -> revision().contains("X-Edge-Revision: 2\r\n"));

        assertThat(gateway.status("websecure", "/edge-revision")).isEqualTo("404");
        assertThat(gateway.status("metrics", "/edge-revision")).isEqualTo("404");
        assertThat(gateway.status("web", "/edge-revision")).isEqualTo("301");
    }

    @Test
    void redirectsToPortOfService() {
        assertThat(gateway.answer("web", "/a?b=c", "--header", "Host: www.example.com"))
                .startsWith("HTTP/1.1 301 ")
                .contains("\r\nLocation: https://www.example.com/a?b=c\r\n");
    }

    /** Both default entry points; the others only if they are named. */
    @Test
    void servesRouteWithoutEntryPointsByTls() {
        etcd.put(
                Map.of(
                        "traefik/http/routers/here/rule", "Path(`/here`)",
                        "traefik/http/routers/here/service", "ping@internal"));
        gateway.process().await("route", () -> statusOfHere("websecure").equals("200"));

        assertThat(statusOfHere("web")).isEqualTo("301");
        assertThat(statusOfHere("canary")).isEqualTo("404");
        assertThat(statusOfHere("metrics")).isEqualTo("404");
    }

    private static String statusOfHere(String entryPoint) {
        return gateway.status(entryPoint, "/here");
    }

    @Test
    void hasMetricsAndNoDashboardWithoutRoute() {
        assertThat(gateway.answer("metrics", "/metrics"))
                .contains("traefik_config_last_reload_success");
        for (String entryPoint : List.of("websecure", "canary", "metrics")) {
            assertThat(gateway.status(entryPoint, "/dashboard/")).isEqualTo("404");
            assertThat(gateway.status(entryPoint, "/api/rawdata")).isEqualTo("404");
        }
    }

    @Test
    void logsRequestsAndNothingBelowInfo() {
        gateway.status("websecure", "/looked-for");

        gateway.process()
                .await("line", () -> gateway.process().output().contains("\"GET /looked-for "));
        assertThat(gateway.process().output())
                .doesNotContain(" DBG ", "deprecated", "aliasHeadersStrategy", "\u001b[");
    }

    @Test
    void answersProbesOfEtcd() {
        var container =
                Workload.of(Kustomization.of("overlays/edge"), "etcd")
                        .pod()
                        .getContainers()
                        .getFirst();
        for (var probe :
                List.of(
                        container.getStartupProbe(),
                        container.getReadinessProbe(),
                        container.getLivenessProbe())) {
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("metrics");
            assertThat(etcd.statusOf(probe.getHttpGet().getPath())).isEqualTo("200");
        }
        assertThat(etcd.statusOf("/health?exclude=NOSPACE")).isEqualTo("200");
    }

    /** What the alerts use. */
    @Test
    void hasMetricsOfEtcd() {
        assertThat(etcd.metrics())
                .contains("\netcd_mvcc_db_total_size_in_bytes ")
                .contains("\netcd_server_quota_backend_bytes 5.36870912e+08");
    }

    /** The reason for two kinds of certificates. */
    @Test
    void refusesJsonOfNamedClients() {
        String read = "{\"key\": \"AA==\"}";

        assertThat(etcd.statusOfPost("gateway-etcd-tls", "kv/range", read)).isEqualTo("400");
        assertThat(etcd.statusOfPost("edge-routes-etcd-tls", "kv/range", read)).isEqualTo("200");
    }

    @Test
    void takesApplyOfManyOperations() {
        String operation = "{\"request_delete_range\": {\"key\": \"eA==\"}}";
        String all = String.join(",", Collections.nCopies(1_000, operation));

        assertThat(etcd.post("kv/txn", "{\"success\": [" + all + "]}")).contains("\"succeeded\"");
    }

    @Test
    void saysNothingUnexpected() {
        assertThat(etcd.process().output())
                .doesNotContain("\"level\":\"fatal\"", "deprecated", "unrecognized");
    }
}
