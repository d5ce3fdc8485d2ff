package dev.forwardguard.manifests.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.manifests.Choices;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the pods of the edge may do, need and offer. */
class WorkloadsIT {
    /** All that a container gets in a namespace that is "restricted" without a kubelet's flag. */
    private static final Map<String, String> SYSCTLS =
            Map.of(
                    "net.ipv4.tcp_keepalive_time", "20",
                    "net.ipv4.tcp_keepalive_intvl", "5",
                    "net.ipv4.tcp_keepalive_probes", "3");

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void runsPodsRestrictedAndOnlyOneWithToken(Rendered rendered) {
        assertThat(Workload.of(rendered))
                .isNotEmpty()
                .allSatisfy(
                        each -> {
                            isRestricted(each.pod());
                            assertThat(each.pod().getAutomountServiceAccountToken())
                                    .isEqualTo(each.name().equals("edge-heal"));
                            assertThat(each.containers()).allSatisfy(WorkloadsIT::isRestricted);
                        });
        assertThat(rendered.all(ServiceAccount.class))
                .allMatch(each -> !each.getAutomountServiceAccountToken());
        assertThat(rendered.all(RoleBinding.class))
                .allMatch(each -> each.getRoleRef().getName().equals("edge-heal"))
                .flatExtracting(RoleBinding::getSubjects)
                .allMatch(each -> each.getName().equals("edge-heal"));
    }

    private static void isRestricted(PodSpec pod) {
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(pod.getHostNetwork()).isNull();
        assertThat(pod.getHostPID()).isNull();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isGreaterThan(0);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(pod.getVolumes()).allMatch(each -> each.getHostPath() == null);
    }

    private static void isRestricted(Container container) {
        var context = container.getSecurityContext();
        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
        assertThat(context.getReadOnlyRootFilesystem()).isTrue();
        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(context.getCapabilities().getAdd()).isEmpty();
        assertThat(context.getPrivileged()).isNull();
        assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
        assertThat(container.getPorts()).allMatch(port -> port.getContainerPort() >= 1024);
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void reservesMemoryAndNamesVersions(Rendered rendered) {
        for (Workload workload : Workload.of(rendered)) {
            for (Container container : workload.containers()) {
                var resources = container.getResources();
                assertThat(resources.getLimits()).containsOnlyKeys("memory");
                assertThat(resources.getRequests())
                        .containsOnlyKeys("cpu", "memory")
                        .containsEntry("memory", resources.getLimits().get("memory"));
                assertThat(container.getImage())
                        .matches("ghcr.io/forward-guard/edge-routes:stable|.+/.+:v?[0-9].*");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void selectsPods(Rendered rendered) {
        List<Workload> workloads = Workload.of(rendered);
        for (Workload workload : workloads) {
            LabelSelector selector = workload.selector();
            if (selector != null) {
                assertThat(workloads)
                        .as("pods that %s selects", workload)
                        .filteredOn(each -> Rendered.selects(selector, each.labels()))
                        .containsExactly(workload);
            }
        }
        for (Service service : rendered.all(Service.class)) {
            assertThat(workloads)
                    .as("pods of %s", service.getMetadata().getName())
                    .filteredOn(
                            each ->
                                    Rendered.selects(
                                            service.getSpec().getSelector(), each.labels()))
                    .singleElement()
                    .satisfies(each -> hasPorts(each, service));
        }
        for (var budget : rendered.all(PodDisruptionBudget.class)) {
            assertThat(workloads)
                    .filteredOn(
                            each -> Rendered.selects(budget.getSpec().getSelector(), each.labels()))
                    .hasSize(1);
        }
    }

    private static void hasPorts(Workload workload, Service service) {
        List<String> names =
                workload.containers().stream()
                        .flatMap(each -> each.getPorts().stream())
                        .map(ContainerPort::getName)
                        .toList();
        assertThat(service.getSpec().getPorts())
                .extracting(port -> port.getTargetPort().getStrVal())
                .isSubsetOf(names);
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void endsNoGatewayBeforeItsSuccessorServes(Rendered rendered) {
        for (Deployment gateway : deployment(rendered)) {
            var update = gateway.getSpec().getStrategy().getRollingUpdate();
            assertThat(gateway.getSpec().getReplicas()).isEqualTo(2);
            assertThat(update.getMaxUnavailable().getIntVal()).isZero();
            assertThat(update.getMaxSurge().getIntVal()).isEqualTo(1);
        }
        for (DaemonSet gateway : rendered.all(DaemonSet.class)) {
            var update = gateway.getSpec().getUpdateStrategy().getRollingUpdate();
            assertThat(update.getMaxUnavailable().getIntVal()).isZero();
            assertThat(update.getMaxSurge().getIntVal()).isEqualTo(1);
        }
        assertThat(deployment(rendered).size() + rendered.all(DaemonSet.class).size()).isEqualTo(1);
    }

    private static List<Deployment> deployment(Rendered rendered) {
        return rendered.all(Deployment.class).stream()
                .filter(each -> each.getMetadata().getName().equals("gateway"))
                .toList();
    }

    /** {@code /ping} would say yes with no route; a restart while etcd is away would lose all. */
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void isReadyByCanaryAndNeverRestarted(Rendered rendered) {
        var pod = Workload.of(rendered, "gateway").pod();
        var traefik = pod.getContainers().getFirst();

        assertThat(pod.getContainers()).hasSize(1);
        assertThat(traefik.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/edge-revision");
        assertThat(traefik.getReadinessProbe().getHttpGet().getPort().getStrVal())
                .isEqualTo("canary");
        assertThat(Workload.of(rendered, "gateway").containers())
                .allMatch(each -> each.getStartupProbe() == null)
                .allMatch(each -> each.getLivenessProbe() == null);
        assertThat(
                        pod.getSecurityContext().getSysctls().stream()
                                .collect(Collectors.toMap(Sysctl::getName, Sysctl::getValue)))
                .isEqualTo(SYSCTLS);
        assertThat(rendered.all(Service.class))
                .filteredOn(each -> !each.getMetadata().getName().equals("gateway-canary"))
                .flatExtracting(each -> each.getSpec().getPorts())
                .noneMatch(port -> port.getPort() == 8082)
                .noneMatch(port -> port.getTargetPort().getStrVal().equals("canary"));
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#edge")
    void givesEtcdTimeAndVolume(Rendered rendered) {
        var etcd =
                rendered.all(StatefulSet.class).stream()
                        .filter(each -> each.getMetadata().getName().equals("etcd"))
                        .findFirst()
                        .orElseThrow();
        List<String> arguments = Workload.of(rendered, "etcd").arguments(Map.of());

        assertThat(etcd.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
                .isGreaterThanOrEqualTo(15);
        assertThat(etcd.getSpec().getVolumeClaimTemplates()).hasSize(1);
        // kustomize puts it there; it cannot be changed later
        assertThat(etcd.getSpec().getVolumeClaimTemplates().getFirst().getMetadata().getLabels())
                .isEqualTo(Map.of("app.kubernetes.io/part-of", "forward-guard-edge"));
        assertThat(arguments)
                .contains("--max-txn-ops=20000", "--client-cert-auth=true")
                .contains("--auto-compaction-mode=periodic", "--auto-compaction-retention=1h")
                .anyMatch(each -> each.startsWith("--quota-backend-bytes="));
        String cluster = argument(arguments, "--initial-cluster=");
        assertThat(cluster.split(",")).hasSize(etcd.getSpec().getReplicas());
        for (int member = 0; member < etcd.getSpec().getReplicas(); member++) {
            String host = "etcd-%d.etcd-peers.edge.svc.cluster.local".formatted(member);
            assertThat(cluster).contains("etcd-%d=https://%s:2380".formatted(member, host));
        }
        assertThat(budgets(rendered)).isEqualTo(etcd.getSpec().getReplicas() == 3 ? 2 : 1);
    }

    /** One member has none: it would block every drain. */
    private static long budgets(Rendered rendered) {
        return rendered.all(PodDisruptionBudget.class).size();
    }

    private static String argument(List<String> arguments, String name) {
        return arguments.stream()
                .filter(each -> each.startsWith(name))
                .collect(Collectors.joining())
                .substring(name.length());
    }

    /** A Secret that nobody is told to make keeps a pod from starting. */
    @Test
    void mountsOnlySecretsOfTheManual() {
        var all = Kustomization.of("overlays/edge", Choices.edgeComponents());
        Stream<String> volumes =
                Workload.of(all).stream()
                        .flatMap(each -> each.pod().getVolumes().stream())
                        .filter(each -> each.getSecret() != null)
                        .map(each -> each.getSecret().getSecretName());

        assertThat(volumes.distinct())
                .containsExactlyInAnyOrder(
                        "etcd-server-tls",
                        "etcd-peer-tls",
                        "gateway-etcd-tls",
                        "edge-routes-etcd-tls",
                        "etcd-root",
                        "etcd-routes");
        assertThat(EdgeManual.text())
                .contains("create secret generic etcd-root ", "create secret generic etcd-routes ")
                .contains("certificates.sh $S/certificates --secrets | kubectl apply");
    }
}
