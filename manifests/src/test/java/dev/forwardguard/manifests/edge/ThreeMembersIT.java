package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Three members of etcd as rendered, and a gateway with its HAProxy: whichever member is lost or
 * hangs, changes are served within 10 s, and the routes all the time.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@BesideOthers
class ThreeMembersIT {
    /** Changes while a member hangs: the first ones may still be read from a healthy one. */
    private static final int CHANGES = 3;

    private static final Deque<AutoCloseable> ENDS = new ArrayDeque<>();

    @TempDir private static Path directory;
    private static List<RenderedEtcd> members;
    private static EdgeRoutes tool;
    private static ChildProcess proxy;
    private static RenderedGateway gateway;
    private static StandIn application;
    private static int version;

    @BeforeAll
    static void start() throws IOException {
        Rendered rendered =
                Kustomization.of("overlays/edge", List.of("components/edge/three-members"));
        Certificates certificates = Certificates.in(directory);
        members = RenderedEtcd.startThree(directory, rendered, certificates);
        members.forEach(ENDS::push);
        var users = new EdgeUsers(directory, certificates, members);
        users.setUp();
        tool = users.tool("routes");
        int port = Loopback.freePort();
        proxy = Haproxy.start(directory, rendered, port, members);
        ENDS.push(proxy);
        gateway = RenderedGateway.start(directory, rendered, certificates, port);
        ENDS.push(gateway);
        application = StandIn.named("application");
        ENDS.push(application);
        gateway.awaitReady();
        change();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : ENDS) {
            each.close();
        }
    }

    /** Changes a route, and waits for 10 s until the gateway shows it. */
    private static void change() throws IOException {
        String yaml =
                """
                http:
                  routers:
                    site: {rule: "Path(`/site`) || Path(`/%d`)", service: site}
                  services:
                    site: {loadBalancer: {servers: [{url: "http://%s"}]}}
                """
                        .formatted(++version, application.address());
        Path file = Files.writeString(directory.resolve("site.yaml"), yaml);
        String canary = "http://127.0.0.1:" + gateway.port("canary");
        long start = System.nanoTime();
        tool.succeed("apply", file.toString(), "--wait", canary, "--timeout", "10s");
        System.out.printf(
                "change %d, from the start of the program: %d ms%n",
                version, (System.nanoTime() - start) / 1_000_000);
        assertThat(gateway.status("websecure", "/" + version)).isEqualTo("200");
    }

    private static RenderedEtcd member(String role) {
        return members.stream()
                .filter(
                        each -> {
                            boolean leads = each.metric("etcd_server_is_leader") > 0;
                            boolean isWatched =
                                    each.metric("etcd_debugging_mvcc_watcher_total") > 0;
                            return switch (role) {
                                case "leader" -> leads;
                                case "watched" -> isWatched;
                                default -> !leads && !isWatched;
                            };
                        })
                .findFirst()
                .orElseThrow(() -> new AssertionError("no member is " + role));
    }

    @Order(1)
    @ParameterizedTest
    @CsvSource({
        "watched, hangs",
        "another, hangs",
        "leader, hangs",
        "watched, dies",
        "another, dies",
        "leader, dies"
    })
    void servesChangesWithoutOneMember(String role, String fault) throws IOException {
        RenderedEtcd member = member(role);
        System.out.println("the " + role + " one " + fault);
        if (fault.equals("hangs")) {
            member.process().suspend();
        } else {
            member.process().kill();
        }

        try {
            for (int i = 0; i < (fault.equals("hangs") ? CHANGES : 1); i++) {
                change();
                assertThat(gateway.status("websecure", "/site")).isEqualTo("200");
            }
        } finally {
            if (fault.equals("hangs")) {
                member.process().resume();
                member.awaitReady();
            } else {
                member.restart();
            }
        }
        proxy.await("all members", () -> Haproxy.down(proxy).isEmpty());
    }

    @Order(2)
    @Test
    void saysThatThereIsNoMajority() throws IOException {
        members.subList(1, 3).forEach(each -> each.process().kill());
        Path file = directory.resolve("site.yaml");
        Files.writeString(file, Files.readString(file).replace("/site", "/other"));

        EdgeRoutes.Result result = tool.run("apply", file.toString());

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains("error: etcd does not answer");
        assertThat(gateway.status("websecure", "/site")).isEqualTo("200");
        assertThat(gateway.isReady()).isTrue();
    }
}
