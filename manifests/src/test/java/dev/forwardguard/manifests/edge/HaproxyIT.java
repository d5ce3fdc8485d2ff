package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

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

    /** On this machine the names of the members do not exist, which is no error. */
    @Test
    void isValid() throws IOException {
        String configuration = Haproxy.configuration(threeMembers());
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), configuration);

        assertThat(Haproxy.program().run(directory, "-c", "-f", file.toString()))
                .contains("Configuration file is valid")
                .doesNotContain("[ALERT]");
    }

    @Test
    void namesEachMember() {
        var members = Workload.of(threeMembers(), "etcd");

        for (int member = 0; member < 3; member++) {
            String name = "etcd-%d.etcd-peers.edge.svc.cluster.local:".formatted(member);
            assertThat(Haproxy.configuration(threeMembers())).contains(name + "2379\n");
            assertThat(members.arguments(Map.of()).toString()).contains(name + "2380");
        }
        assertThat(Workload.of(threeMembers(), "gateway").arguments(Map.of()))
                .contains("--providers.etcd.endpoints=localhost:2379");
    }
}
