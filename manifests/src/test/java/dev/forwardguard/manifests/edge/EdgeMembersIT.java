package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.ChildProcess;
import dev.forwardguard.servers.EtcdMembers;
import dev.forwardguard.servers.EtcdMembers.Member;
import dev.forwardguard.servers.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The tool with three members of etcd, of which one after another hangs, and is killed. */
final class EdgeMembersIT {
    @TempDir private Path directory;

    @Test
    void theToolGoesOnWithTwoOfThreeMembers() {
        var program = Program.built("etcd");
        try (Edge edge =
                new Edge(
                        directory,
                        EtcdMembers.start(program, directory, 3, Optional.empty(), List.of()))) {
            int version = 0;
            for (Member member : edge.etcd().members()) {
                ChildProcess process = member.part().process();
                process.suspend();
                applies(edge, ++version);
                process.resume();
                edge.etcd().awaitHealthy();
            }
            for (Member member : edge.etcd().members()) {
                member.part().kill();
                applies(edge, ++version);
                member.part().start();
                edge.etcd().awaitHealthy();
            }
        }
    }

    private static void applies(Edge edge, int version) {
        long start = System.nanoTime();
        String output =
                edge.tool().succeed("apply", edge.file("sites.yaml", Sites.yaml(3, "v" + version)));
        System.out.printf(
                "change %d with two of three members: %d ms%n",
                version, (System.nanoTime() - start) / 1_000_000);
        assertThat(output).contains("one transaction");
    }

    @Test
    void withoutAMajorityItSaysSo() {
        var program = Program.built("etcd");
        try (Edge edge =
                new Edge(
                        directory,
                        EtcdMembers.start(program, directory, 3, Optional.empty(), List.of()))) {
            edge.etcd().members().subList(1, 3).forEach(each -> each.part().kill());

            EdgeRoutes.Result result =
                    edge.tool().run("apply", edge.file("sites.yaml", Sites.yaml(3, "v")));

            assertThat(result.status()).isEqualTo(3);
            assertThat(result.output()).contains("error: etcd does not answer");
        }
    }
}
