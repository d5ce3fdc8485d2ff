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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gateways are behind, and one that starts now would serve nothing: {@code edge-routes heal} says
 * why, and the old ones serve on.
 */
@BesideOthers
class HealStopsNothingIT {
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

    private static void assertUntouched(OldGateways old, String generation) {
        cluster.await("end of the trial pod", () -> cluster.kubelet().all().size() == 2);
        old.assertUntouched();
        assertThat(cluster.generation()).isEqualTo(generation);
    }

    /** Each gateway that starts now would serve nothing. */
    @Test
    void stopsNothingWhileEtcdHoldsAWrongValue() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            String generation = cluster.generation();
            cluster.routes().writeWrongValue();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal("--timeout=5s");

            assertThat(run.status()).as(run.output()).isEqualTo(4);
            assertThat(run.output())
                    .contains("invalid syntax", "one wrong value")
                    .doesNotContain("secret-abc");
            assertUntouched(old, generation);
        } finally {
            cluster.routes().deleteWrongValue();
        }
    }

    @Test
    void stopsNothingOfDaemonSetWhileEtcdHoldsAWrongValue() {
        cluster.installDaemonSetWithoutSurge();
        try (var old = new OldGateways(cluster.kubelet())) {
            String generation = cluster.generation();
            cluster.routes().writeWrongValue();
            cluster.routes().raiseCanary();

            assertThat(cluster.heal("--timeout=5s").status()).isEqualTo(4);

            assertUntouched(old, generation);
        } finally {
            cluster.routes().deleteWrongValue();
        }
    }

    @Test
    void stopsNothingWhileRoleIsTooNarrow() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            String generation = cluster.generation();
            cluster.routes().revoke();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal("--timeout=5s");

            assertThat(run.status()).as(run.output()).isEqualTo(4);
            assertThat(run.output()).contains("permission denied", "role");
            assertUntouched(old, generation);
        } finally {
            cluster.routes().grant();
        }
    }

    @Test
    void touchesNothingWhileEtcdIsAway() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            String generation = cluster.generation();
            cluster.routes().kill();

            Healed run = cluster.heal();

            assertThat(run.status()).as(run.output()).isEqualTo(3);
            assertUntouched(old, generation);
        } finally {
            cluster.routes().restart();
        }
    }

    @Test
    void stopsNothingWhenEtcdDiesRightAfterTheTrial() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();
            cluster.kubelet().onReady(_ -> cluster.routes().kill());

            Healed run = cluster.heal("--timeout=20s");

            assertThat(run.status()).as(run.output()).isIn(3, 4);
            cluster.await("end of all others", () -> cluster.kubelet().all().size() == 2);
            old.assertUntouched();
        } finally {
            cluster.kubelet().forget();
            cluster.routes().restart();
        }
    }

    /** So late that the first new gateway has been created. */
    @Test
    void takesRolloutBackWhenEtcdDiesAfterIt() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();
            var trial = new AtomicBoolean(true);
            cluster.kubelet()
                    .beforeStart(
                            _ -> {
                                if (!trial.getAndSet(false)) {
                                    cluster.routes().kill();
                                }
                            });

            Healed run = cluster.heal("--timeout=20s");

            assertThat(run.status()).as(run.output()).isEqualTo(4);
            assertThat(run.output()).contains("etcd does not answer", "taken back");
            cluster.await("end of all others", () -> cluster.kubelet().all().size() == 2);
            old.assertUntouched();
        } finally {
            cluster.kubelet().forget();
            cluster.routes().restart();
        }
    }

    @Test
    void takesRolloutOfDaemonSetBackWhenAWrongValueComesAfterTheTrial() {
        cluster.installDaemonSet();
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();
            var trial = new AtomicBoolean(true);
            cluster.kubelet()
                    .beforeStart(
                            _ -> {
                                if (!trial.getAndSet(false)) {
                                    cluster.routes().writeWrongValue();
                                }
                            });

            Healed run = cluster.heal("--timeout=20s");

            assertThat(run.status()).as(run.output()).isEqualTo(4);
            assertThat(run.output()).contains("one wrong value", "taken back");
            cluster.await("end of all others", () -> cluster.kubelet().all().size() == 2);
            old.assertUntouched();
        } finally {
            cluster.kubelet().forget();
            cluster.routes().deleteWrongValue();
        }
    }

    @Test
    void removesTrialWhenItIsTerminated() {
        cluster.installDeployment();
        try (var old = new OldGateways(cluster.kubelet())) {
            cluster.routes().writeWrongValue();
            cluster.routes().raiseCanary();
            try (var heal = cluster.startHeal()) {
                cluster.await("trial pod", () -> cluster.kubelet().all().size() == 3);

                heal.terminate();

                cluster.await("end of the trial pod", () -> cluster.kubelet().all().size() == 2);
            }
            old.assertUntouched();
        } finally {
            cluster.routes().deleteWrongValue();
        }
    }
}
