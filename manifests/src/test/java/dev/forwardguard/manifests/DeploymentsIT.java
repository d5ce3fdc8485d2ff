package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The Deployments and Services. */
class DeploymentsIT {
    /** {@code drain-delay}, the pass-through's longest wait for the outpost, and a margin. */
    private static final long GRACE_SECONDS = 5 + 10 + 10;

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void runsPodsRestricted(Rendered rendered) {
        assertThat(rendered.deployments()).isNotEmpty().allSatisfy(DeploymentsIT::isRestricted);
        assertThat(rendered.all(Namespace.class))
                .allSatisfy(
                        namespace ->
                                assertThat(namespace.getMetadata().getLabels())
                                        .containsEntry(
                                                "pod-security.kubernetes.io/enforce",
                                                "restricted"));
    }

    private static void isRestricted(Deployment deployment) {
        PodSpec pod = pod(deployment);
        assertThat(pod.getInitContainers()).isEmpty();
        assertThat(pod.getHostNetwork()).isNull();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isGreaterThan(0);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(pod.getContainers())
                .allSatisfy(
                        each -> {
                            var context = each.getSecurityContext();
                            assertThat(context.getAllowPrivilegeEscalation()).isFalse();
                            assertThat(context.getReadOnlyRootFilesystem()).isTrue();
                            assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
                            assertThat(context.getCapabilities().getAdd()).isEmpty();
                            assertThat(context.getPrivileged()).isNull();
                        });
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void upgradesOnRestart(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            Container guard = guard(deployment);
            assertThat(guard.getImage())
                    .isEqualTo("ghcr.io/forward-guard/" + name(deployment) + ":stable");
            assertThat(guard.getImagePullPolicy()).isEqualTo("Always");
        }
    }

    @Test
    void letsOverlayReplaceImages() {
        String images =
                """
                images:
                  - name: ghcr.io/forward-guard/bot-block-guard
                    newName: registry.example.com/guards/bots
                    newTag: 1.4.0
                  - name: ghcr.io/forward-guard/authentik-guard
                    digest: sha256:%s
                """
                        .formatted("0".repeat(64));

        Rendered rendered = Kustomization.overlay("images", "base", List.of(), images);

        assertThat(rendered.deployments())
                .extracting(each -> guard(each).getImage())
                .containsExactlyInAnyOrder(
                        "registry.example.com/guards/bots:1.4.0",
                        "ghcr.io/forward-guard/authentik-guard@sha256:" + "0".repeat(64));
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void reservesMemoryAndDoesNotLimitCpu(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            var resources = guard(deployment).getResources();
            assertThat(resources.getLimits()).containsOnlyKeys("memory");
            assertThat(resources.getRequests())
                    .containsOnlyKeys("cpu", "memory")
                    .containsEntry("memory", resources.getLimits().get("memory"));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void mountsSettingsForLiveReload(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            var settings = rendered.only(ConfigMap.class, name(deployment));
            var volume =
                    pod(deployment).getVolumes().stream()
                            .filter(each -> each.getConfigMap() != null)
                            .filter(each -> each.getConfigMap().getOptional() == null)
                            .toList();
            var mounts = guard(deployment).getVolumeMounts();

            assertThat(volume).hasSize(1);
            assertThat(volume.getFirst().getConfigMap().getName())
                    .isEqualTo(settings.getMetadata().getName())
                    .isEqualTo(name(deployment));
            assertThat(settings.getData()).containsOnlyKeys("guard.yml");
            assertThat(mounts).allSatisfy(each -> assertThat(each.getSubPath()).isNull());
            assertThat(mounts)
                    .filteredOn(each -> each.getName().equals(volume.getFirst().getName()))
                    .extracting(each -> each.getMountPath() + "/guard.yml")
                    .containsExactly(constant("USUAL_PLACE"));
        }
    }

    /** Pods start without it, and find it when an operator creates it. */
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void mountsOverrideThatNobodyApplies(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            String name = name(deployment) + "-override";
            var volume =
                    pod(deployment).getVolumes().stream()
                            .filter(each -> each.getConfigMap() != null)
                            .filter(each -> each.getConfigMap().getName().equals(name))
                            .toList();

            assertThat(volume).hasSize(1);
            assertThat(volume.getFirst().getConfigMap().getOptional()).isTrue();
            assertThat(volume.getFirst().getConfigMap().getItems()).isEmpty();
            assertThat(guard(deployment).getVolumeMounts())
                    .filteredOn(each -> each.getName().equals(volume.getFirst().getName()))
                    .singleElement()
                    .satisfies(
                            mount -> {
                                assertThat(mount.getMountPath() + "/guard.yml")
                                        .isEqualTo(constant("USUAL_OVERRIDE"));
                                assertThat(mount.getReadOnly()).isTrue();
                                assertThat(mount.getSubPath()).isNull();
                            });
            assertThat(rendered.all(ConfigMap.class))
                    .extracting(each -> each.getMetadata().getName())
                    .doesNotContain(name);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void setsOnlyKnownVariables(Rendered rendered) throws IOException {
        for (Deployment deployment : rendered.deployments()) {
            try (var code = GuardCode.of(name(deployment))) {
                assertThat(code.variables())
                        .containsKeys(
                                "GUARD_PORT",
                                "GUARD_SETTINGS_FILE",
                                "GUARD_SETTINGS_OVERRIDE_FILE",
                                "GUARD_LOG_LEVEL");
                assertThat(code.variables().keySet())
                        .containsAll(
                                guard(deployment).getEnv().stream().map(EnvVar::getName).toList());
            }
            assertThat(guard(deployment).getEnvFrom()).isEmpty();
        }
    }

    /** Without {@code GUARD_PORT} in its environment a guard listens on its default port. */
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void targetsPortsOfGuards(Rendered rendered) throws IOException {
        for (Deployment deployment : rendered.deployments()) {
            Service service = rendered.only(Service.class, name(deployment));
            var labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
            assertThat(Rendered.selects(service.getSpec().getSelector(), labels)).isTrue();
            assertThat(Rendered.selects(deployment.getSpec().getSelector(), labels)).isTrue();
            assertThat(pod(deployment).getEnableServiceLinks()).isFalse();

            Map<String, Integer> ports =
                    guard(deployment).getPorts().stream()
                            .collect(
                                    Collectors.toMap(
                                            ContainerPort::getName,
                                            ContainerPort::getContainerPort));
            try (var code = GuardCode.of(name(deployment))) {
                Map<String, String> defaults = code.variables();
                assertThat(ports)
                        .containsOnly(
                                Map.entry("guard", Integer.valueOf(defaults.get("GUARD_PORT"))),
                                Map.entry(
                                        "management",
                                        Integer.valueOf(defaults.get("GUARD_MANAGEMENT_PORT"))));
            }
            List<ServicePort> published = service.getSpec().getPorts();
            assertThat(published).hasSize(1);
            assertThat(published.getFirst().getTargetPort().getStrVal()).isEqualTo("guard");
            assertThat(published.getFirst().getPort()).isEqualTo(ports.get("guard"));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void leavesTimeForGracefulShutdown(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            assertThat(pod(deployment).getTerminationGracePeriodSeconds())
                    .isGreaterThanOrEqualTo(GRACE_SECONDS);
            // the images have no shell
            assertThat(guard(deployment).getLifecycle()).isNull();
        }
    }

    private static String constant(String name) {
        try (var code = GuardCode.of("bot-block-guard")) {
            return String.valueOf(
                    code.constant("dev.forwardguard.runtime.SettingsFileConfiguration", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String name(Deployment deployment) {
        return deployment.getMetadata().getName();
    }

    static PodSpec pod(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec();
    }

    static Container guard(Deployment deployment) {
        assertThat(pod(deployment).getContainers()).hasSize(1);
        return pod(deployment).getContainers().getFirst();
    }
}
