package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.BesideOthers;
import dev.forwardguard.manifests.edge.HealedCluster.Healed;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;

/** Without each single verb of its Role, heal says which one is missing, and stops no gateway. */
@BesideOthers
class HealAccessIT {
    private static HealedCluster cluster;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        cluster = new HealedCluster(directory);
        cluster.installDeployment();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The rules of the Role, without one verb. */
    private static void restrict(String resource, String verb) {
        String rules =
                """
                [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "create", "delete"]},
                 {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
                 {"apiGroups": ["apps"], "resources": ["deployments", "daemonsets"], "resourceNames": ["gateway"],
                  "verbs": ["get", "patch"]}]
                """;
        int from = rules.indexOf("\"" + resource + "\"");
        int at = rules.indexOf("\"" + verb + "\"", rules.indexOf("verbs", from));
        String less =
                rules.substring(0, at) + "\"watch\"" + rules.substring(at + verb.length() + 2);
        cluster.server()
                .kubectl(
                        "patch",
                        "role",
                        "edge-heal",
                        "--namespace=" + cluster.namespace(),
                        "--type=merge",
                        "--patch={\"rules\": " + less + "}");
    }

    @ParameterizedTest
    @CsvSource({"deployments, get", "pods, list", "pods, create", "deployments, patch"})
    void namesVerbThatItsRoleLacks(String resource, String verb) {
        restrict(resource, verb);
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();
            String generation = cluster.generation();

            Healed run = cluster.heal();

            assertThat(run.status()).as(run.output()).isEqualTo(3);
            assertThat(run.output())
                    .contains("needs the verb \"%s\" on \"%s\"".formatted(verb, resource));
            cluster.await("end of the trial pod", () -> cluster.kubelet().all().size() == 2);
            old.assertUntouched();
            assertThat(cluster.generation()).isEqualTo(generation);
        }
    }

    /** A quota, as also Pod Security, refuses what the Role permits. */
    @Test
    void saysWhenThereIsNoRoomForATrial() {
        cluster.installDeployment();
        cluster.server()
                .kubectl(
                        "create",
                        "quota",
                        "two",
                        "--hard=pods=2",
                        "--namespace=" + cluster.namespace());
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal();

            assertThat(run.status()).as(run.output()).isEqualTo(3);
            assertThat(run.output()).contains("refuses to create pods", "exceeded quota");
            old.assertUntouched();
        }
    }

    @Test
    void saysWhenItMayNotReadTheLog() {
        cluster.installDeployment();
        restrict("pods/log", "get");
        try (var old = new OldGateways(cluster.kubelet())) {
            cluster.routes().writeWrongValue();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal("--timeout=5s");

            assertThat(run.status()).as(run.output()).isEqualTo(4);
            assertThat(run.output()).contains("needs the verb 'get' on 'pods/log'");
            old.assertUntouched();
        } finally {
            cluster.routes().deleteWrongValue();
        }
    }

    /** The gateways are healed all the same; what is left over ends by itself. */
    @Test
    void saysWhenItMayNotRemoveItsTrial() {
        cluster.installDeployment();
        restrict("pods", "delete");
        try (var old = new OldGateways(cluster.kubelet())) {
            old.fallSilent();
            cluster.routes().raiseCanary();

            Healed run = cluster.heal();

            assertThat(run.status()).as(run.output()).isEqualTo(3);
            assertThat(run.output())
                    .contains("the trial pod stays", "needs the verb \"delete\" on \"pods\"");
            assertThat(cluster.kubelet().all()).filteredOn(GatewayPod::isTrial).hasSize(1);
            cluster.await(
                    "end of the old gateways", () -> cluster.kubelet().gateways().size() == 2);
            assertThat(cluster.kubelet().gateways())
                    .allMatch(each -> each.revision() == cluster.routes().revision());
            old.assertServedAllTheTime();
        } finally {
            cluster.server()
                    .kubectl(
                            "delete",
                            "pods",
                            "--namespace=" + cluster.namespace(),
                            "--selector=app.kubernetes.io/name=gateway-trial");
        }
    }
}
