package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.EdgeGateway;
import dev.forwardguard.servers.Loopback;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Routes of files, as gateways serve them. */
@BesideOthers
final class EdgeApplyIT {
    private static final String NUMBER =
            "traefik/http/middlewares/edge-revision/headers/customResponseHeaders/X-Edge-Revision";

    private static final String GATEWAY_REVISION = "edge_gateway_revision";

    private static final String SITE =
            """
            http:
              routers:
                site:
                  rule: Path(`/site`)
                  entryPoints: [web]
                  service: site
              services:
                site:
                  loadBalancer:
                    servers:
                      - url: APPLICATION
            """;

    private static final String PROTECTED =
            """
            http:
              routers:
                protected:
                  rule: Path(`/protected`)
                  entryPoints: [web]
                  middlewares: [password]
                  service: protected
              middlewares:
                password:
                  basicAuth:
                    users: ["user:$apr1$Wz5ECRFm$T.NKbdZBO6gAW8ulYzXd70"]
              services:
                protected:
                  loadBalancer:
                    servers:
                      - url: APPLICATION
            """;

    @TempDir private Path directory;

    private Edge edge;

    @BeforeEach
    void start() {
        edge = Edge.start(directory);
    }

    @AfterEach
    void close() {
        edge.close();
    }

    @Test
    void filesAreServedAndGoWhenTheyArePruned() {
        EdgeGateway gateway = edge.addGateway();
        String site = edge.file("site.yaml", SITE);
        String locked = edge.file("protected.yaml", PROTECTED);
        String canary = gateway.canary().toString();

        assertThat(edge.tool().succeed("diff", site, locked))
                .contains(
                        "+ http.routers.site", "+ http.middlewares.password", "~ the canary route")
                .doesNotContain("apr1");
        assertThat(edge.tool().succeed("apply", site, locked, "--dry-run"))
                .contains("+ http.routers.site");
        assertThat(edge.raw().all()).isEmpty();

        assertThat(edge.tool().succeed("apply", site, locked, "--wait", canary))
                .contains("one transaction", canary + " serves");
        assertThat(edge.get(gateway, "/site")).isEqualTo("200 application");
        assertThat(edge.get(gateway, "/protected")).startsWith("401");

        var before = edge.raw().all();
        assertThat(edge.tool().succeed("apply", site, locked, "--prune", "--wait", canary))
                .contains("no difference", "serves");
        assertThat(edge.raw().all()).isEqualTo(before);

        assertThat(edge.tool().succeed("apply", locked, "--wait", canary))
                .contains("no difference");
        assertThat(edge.tool().succeed("diff", locked, "--prune")).contains("- http.routers.site");
        edge.raw().put("other", "kept");
        edge.raw().put("traefik-eu/http/routers/x/rule", "kept");
        assertThat(edge.tool().succeed("apply", locked, "--prune", "--wait", canary))
                .contains("- http.services.site");
        assertThat(edge.get(gateway, "/site")).startsWith("404");
        assertThat(edge.raw().all())
                .containsKeys("other", "traefik-eu/http/routers/x/rule", NUMBER);
        assertThat(edge.tool().succeed("status", canary)).contains("etcd ", canary);
    }

    @Test
    void aGatewayThatRefusesAWrongValueIsNamed() {
        EdgeGateway gateway = edge.addGateway();
        String site = edge.file("site.yaml", SITE);
        String canary = gateway.canary().toString();
        edge.tool().succeed("apply", site, "--wait", canary);
        edge.raw().put("traefik/http/routers/other/priority", "abc");

        String changed = edge.file("site.yaml", SITE.replace("`/site`", "`/moved`"));
        EdgeRoutes.Result stale =
                edge.tool().run("apply", changed, "--wait", canary, "--timeout", "3s");

        assertThat(stale.status()).isEqualTo(4);
        assertThat(stale.output()).contains(canary + ": shows ", "Provider error");
        assertThat(edge.get(gateway, "/site")).isEqualTo("200 application");
        assertThat(edge.tool().run("status", canary).status()).isEqualTo(4);

        edge.tool().succeed("apply", changed, "--prune", "--wait", canary);
        assertThat(edge.get(gateway, "/moved")).isEqualTo("200 application");
    }

    @Test
    void theLastSiteGoes() {
        EdgeGateway gateway = edge.addGateway();
        String canary = gateway.canary().toString();
        edge.tool().succeed("apply", edge.file("site.yaml", SITE), "--wait", canary);
        String none = edge.file("none.yaml", "{}\n");

        edge.tool().succeed("apply", none, "--prune", "--wait", canary);

        assertThat(edge.get(gateway, "/site")).startsWith("404");
        assertThat(edge.raw().all().keySet()).allMatch(each -> each.contains("edge-revision"));
    }

    /** Traefik sorts the numbers of lists as text. */
    @Test
    void twelveMiddlewaresKeepTheirOrder() {
        EdgeGateway gateway = edge.addGateway();
        StringBuilder middlewares = new StringBuilder("  middlewares:\n");
        List<String> names = new ArrayList<>();
        StringBuilder path = new StringBuilder("/site");
        for (int i = 0; i < 12; i++) {
            names.add("add-" + i);
            middlewares.append("    add-%d: {addPrefix: {prefix: /%1$d}}\n".formatted(i));
            path.insert(0, "/" + i);
        }
        String yaml =
                SITE.replace("service: site", "service: site\n      middlewares: " + names)
                        + middlewares;

        String canary = gateway.canary().toString();
        edge.tool().succeed("apply", edge.file("site.yaml", yaml), "--wait", canary);

        assertThat(edge.send(gateway.web().resolve("/site")).headers().firstValue("X-Path"))
                .hasValue(path.toString());
    }

    @Test
    void aGatewayAboveAnEmptyEtcdIsNamed() {
        EdgeGateway gateway = edge.addGateway();
        String canary = gateway.canary().toString();
        edge.raw().put(NUMBER, "5000");
        edge.tool().succeed("apply", edge.file("site.yaml", SITE), "--wait", canary);
        edge.etcd().first().part().kill();
        edge.etcd().first().wipe();
        edge.etcd().first().part().start();

        String moved = edge.file("site.yaml", SITE.replace("`/site`", "`/moved`"));
        EdgeRoutes.Result result = edge.tool().run("apply", moved, "--wait", canary);

        assertThat(result.status()).isEqualTo(4);
        assertThat(result.output()).contains("shows 5001", "lost its data");
        assertThat(edge.get(gateway, "/site")).isEqualTo("200 application");
        EdgeGateway fresh = edge.addGateway();
        edge.tool().succeed("status", fresh.canary().toString());
        assertThat(edge.get(fresh, "/moved")).isEqualTo("200 application");
    }

    @Test
    void metricsShowGatewaysBesideEtcd() {
        EdgeGateway gateway = edge.addGateway();
        String canary = gateway.canary().toString();
        edge.tool().succeed("apply", edge.file("site.yaml", SITE), "--wait", canary);
        String number = edge.raw().all().get(NUMBER);
        String port = Integer.toString(Loopback.freePort());
        URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        try (ChildProcess process = edge.tool().start("status", canary, "--metrics", port)) {
            process.awaitListening(Integer.parseInt(port));

            assertThat(edge.send(metrics).body())
                    .contains(
                            "\nedge_etcd_up 1\n",
                            "\nedge_etcd_revision " + number + "\n",
                            "\nedge_gateway_revision{gateway=\"" + canary + "\"} " + number + "\n");
            edge.etcd().first().part().kill();
            gateway.process().kill();
            assertThat(edge.send(metrics).body())
                    .contains(
                            "\nedge_etcd_up 0\n",
                            "\nedge_gateway_up{gateway=\"" + canary + "\"} 0\n");
        }
    }

    /** The gateway goes on; one that starts would serve nothing. */
    @Test
    void aWrongValueOfOthersIsSeenBeforeTheNextChange() {
        EdgeGateway gateway = edge.addGateway();
        String canary = gateway.canary().toString();
        edge.tool().succeed("apply", edge.file("site.yaml", SITE), "--wait", canary);
        String port = Integer.toString(Loopback.freePort());
        URI metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        edge.raw().put("traefik/http/routers/other/priority", "abc");
        try (ChildProcess process =
                edge.tool().start("status", canary, "--metrics", port, "--raise", "1s")) {
            process.awaitListening(Integer.parseInt(port));

            Edge.await(
                    "difference",
                    () -> {
                        Edge.pause(1_100);
                        String text = edge.send(metrics).body();
                        return value(text, "edge_etcd_revision")
                                > value(text, GATEWAY_REVISION) + 1;
                    });
            edge.raw().delete("traefik/http/routers/other/priority");
            Edge.await(
                    "the same revision",
                    () -> {
                        String text = edge.send(metrics).body();
                        return value(text, "edge_etcd_revision") == value(text, GATEWAY_REVISION);
                    });
        }
    }

    private static long value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    @Test
    void theMarkerKeyAndAnUnlockedEtcdAreWarnedOf() {
        edge.raw().put("traefik", "true");

        assertThat(edge.tool().succeed("diff", edge.file("site.yaml", SITE)))
                .contains(
                        "warning: the key \"traefik\" itself exists",
                        "warning: authentication is off");
    }

    @Test
    void wrongFilesAndOptionsAreRefused() {
        String wrong = edge.file("wrong.yaml", SITE.replace("loadBalancer", "loadBalancr"));

        EdgeRoutes.Result refused = edge.tool().run("apply", wrong);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output()).contains(wrong + ":9", "loadBalancr", "loadBalancer");
        assertThat(edge.tool().run("apply").status()).isEqualTo(1);
        assertThat(edge.tool().run("apply", wrong, "--no-such-option").status()).isEqualTo(1);
        assertThat(
                        edge.tool()
                                .run(
                                        "apply",
                                        edge.file("site.yaml", SITE),
                                        "--password-file",
                                        "/nowhere",
                                        "--user",
                                        "x")
                                .output())
                .contains("error: cannot read the password in /nowhere");
        assertThat(edge.raw().all()).isEmpty();
    }

    @Test
    void anEtcdThatIsDownIsSaid() {
        String site = edge.file("site.yaml", SITE);
        edge.etcd().first().part().kill();

        EdgeRoutes.Result result = edge.tool().run("apply", site);

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains("error: etcd does not answer");
    }

    @Test
    void anEtcdThatHangsIsSaidInTime() {
        String site = edge.file("site.yaml", SITE);
        edge.etcd().first().part().process().suspend();

        EdgeRoutes.Result result = edge.tool().run("apply", site);

        assertThat(result.status()).isEqualTo(3);
        edge.etcd().first().part().process().resume();
        assertThat(edge.raw().all()).isEmpty();
    }

    @Test
    void ofTwoToolsAtOnceOneWins() {
        String site = edge.file("site.yaml", SITE);
        String locked = edge.file("protected.yaml", PROTECTED);
        for (int round = 0; round < 5; round++) {
            edge.tool()
                    .succeed(
                            "apply",
                            edge.file("other.yaml", SITE.replace("site", "other")),
                            "--prune");
            try (ChildProcess first = edge.tool().start("apply", site);
                    ChildProcess second = edge.tool().start("apply", locked)) {
                int one = first.awaitExit(Duration.ofMinutes(1));
                int two = second.awaitExit(Duration.ofMinutes(1));

                assertThat(List.of(one, two)).isIn(List.of(0, 2), List.of(2, 0), List.of(0, 0));
                var keys = edge.raw().all().keySet();
                assertThat(keys.contains("traefik/http/routers/site/rule")).isEqualTo(one == 0);
                assertThat(keys.contains("traefik/http/routers/protected/rule"))
                        .isEqualTo(two == 0);
                if (one != two) {
                    assertThat((one == 2 ? first : second).output())
                            .contains("somebody else has written");
                }
            }
        }
    }
}
