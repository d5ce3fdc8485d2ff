package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.Kustomization;
import dev.forwardguard.manifests.Rendered;
import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.Loopback;
import dev.forwardguard.servers.Program;

import io.fabric8.kubernetes.api.model.ConfigMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The proxy that is beside each gateway if etcd has three members. */
class HaproxyIT {
    @TempDir private Path directory;

    private static Rendered threeMembers() {
        return Kustomization.of("overlays/edge", List.of("components/edge/three-members"));
    }

    private static Program haproxy() {
        return Program.installed("haproxy", "haproxy");
    }

    private static String configuration() {
        return String.valueOf(
                threeMembers().all(ConfigMap.class).getFirst().getData().get("haproxy.cfg"));
    }

    /** On this machine the names of the members do not exist, which is no error. */
    @Test
    void isValid() throws IOException {
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), configuration());

        assertThat(haproxy().run(directory, "-c", "-f", file.toString()))
                .contains("Configuration file is valid")
                .doesNotContain("[ALERT]");
    }

    @Test
    void namesEachMember() {
        var members = Workload.of(threeMembers(), "etcd");

        for (int member = 0; member < 3; member++) {
            String name = "etcd-%d.etcd-peers.edge.svc.cluster.local:".formatted(member);
            assertThat(configuration()).contains(name + "2379\n");
            assertThat(members.arguments(Map.of()).toString()).contains(name + "2380");
        }
        assertThat(Workload.of(threeMembers(), "gateway").arguments(Map.of()))
                .contains("--providers.etcd.endpoints=localhost:2379");
    }

    /**
     * Two databases of one member each, with the same revisions and different canaries: so the
     * gateway shows which one it watches. It does not notice by itself that this one hangs.
     */
    @Test
    void cutsConnectionToMemberThatHangs() throws IOException {
        Certificates certificates = Certificates.in(directory);
        try (var one = member("one", certificates, 1);
                var two = member("two", certificates, 2)) {
            int port = Loopback.freePort();
            try (var proxy = start(port, one, two);
                    var gateway =
                            EdgeGateway.start(directory, threeMembers(), certificates, port)) {
                gateway.awaitReady();
                boolean isFirst = revision(gateway).equals("1");
                EdgeEtcd watched = isFirst ? one : two;
                EdgeEtcd other = isFirst ? two : one;
                watched.process().suspend();

                other.putCanary(99);
                gateway.process().await("change", () -> revision(gateway).equals("99"));

                assertThat(gateway.isReady()).isTrue();
                assertThat(proxy.output()).contains("is DOWN");
            }
        }
    }

    private EdgeEtcd member(String name, Certificates certificates, int revision)
            throws IOException {
        Path files = Files.createDirectory(directory.resolve(name));
        var member = EdgeEtcd.start(files, certificates, Loopback.freePort());
        member.switchAuthenticationOn();
        member.putCanary(revision);
        return member;
    }

    private ChildProcess start(int port, EdgeEtcd one, EdgeEtcd two) throws IOException {
        String here =
                configuration()
                        .replace("bind 127.0.0.1:2379", "bind 127.0.0.1:" + port)
                        .replaceAll("etcd-0\\..*:2379", address(one))
                        .replaceAll("etcd-1\\..*:2379", address(two))
                        .replaceAll(".* etcd-2\\..*\n", "");
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), here);
        var proxy = haproxy().start(directory, Map.of(), "-db", "-f", file.toString());
        proxy.awaitListening(port);
        return proxy;
    }

    private static String address(EdgeEtcd member) {
        return "127.0.0.1:%d port %d".formatted(member.port(), member.metricsPort());
    }

    private static String revision(EdgeGateway gateway) {
        return gateway.answer("canary", "/edge-revision")
                .replaceAll("(?s).*X-Edge-Revision: (\\d+).*", "$1");
    }
}
