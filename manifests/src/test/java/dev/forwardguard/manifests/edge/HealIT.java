package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.manifests.edge.HealedCluster.Healed;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code edge-routes heal} with real controllers, a real etcd, and a real Traefik for each pod.
 * Gateways fall behind because nothing comes any more on their connections to etcd.
 */
@BesideOthers
class HealIT {
    private static HealedCluster cluster;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        cluster = new HealedCluster(directory);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void assertHealed(Healed run) {
        assertThat(run.status()).as(run.output()).isZero();
        cluster.await("end of the trial pod", () -> cluster.kubelet().all().size() == 2);
        assertThat(cluster.kubelet().gateways())
                .allMatch(each -> each.revision() == cluster.routes().revision())
                .hasSize(2);
    }

    private static void assertUntouched(OldGateways old, String generation) {
        cluster.await("end of the trial pod", () -> cluster.kubelet().all().size() == 2);
        old.assertUntouched();
        assertThat(cluster.generation()).isEqualTo(generation);
    }

    @Test
    void touchesNothingThatIsCurrent() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            String generation = cluster.generation();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal();

            assertThat(run.status()).as(run.output()).isZero();
            assertUntouched(old, generation);
            assertThat(cluster.kubelet().events()).noneMatch(each -> each.contains("trial"));
        }
    }

    @Test
    void replacesDeploymentOfWhichOneIsBehind() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.all().getFirst().relay().fallSilent();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal();

            assertHealed(run);
            assertThat(run.output())
                    .contains(
                            old.all().getFirst().name()
                                    + " is behind: "
                                    + (cluster.routes().revision() - 1));
            old.assertServedAllTheTime();
        }
    }

    @Test
    void replacesDaemonSet() {
        cluster.installDaemonSet();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();

            assertHealed(cluster.heal());
            old.assertServedAllTheTime();
        }
    }

    @Test
    void replacesDaemonSetThatCannotSurgeOneByOne() {
        cluster.installDaemonSetWithoutSurge();
        try (var old = new OldGateways(cluster.kubelet())) {
            GatewayPod current = old.all().getLast();
            old.all().getFirst().relay().fallSilent();
            cluster.routes().raiseCanary();

            assertHealed(cluster.heal());
            old.assertServedAllTheTime();
            assertThat(cluster.kubelet().gateways()).contains(current);
        }
    }

    @Test
    void finishesAfterItWasKilled() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();
            killHealOnce("has just been started shows");
            killHealOnce("restarts its gateways");

            assertHealed(cluster.heal());
            old.assertServedAllTheTime();
        }
    }

    private static void killHealOnce(String line) {
        try (var heal = cluster.startHeal()) {
            heal.await(line, () -> heal.output().contains(line));
            heal.kill();
        }
    }
}
