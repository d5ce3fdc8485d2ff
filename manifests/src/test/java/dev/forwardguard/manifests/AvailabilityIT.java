package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import dev.forwardguard.servers.rendered.HelmValues;
import dev.forwardguard.servers.rendered.Kustomization;
import dev.forwardguard.servers.rendered.Rendered;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** A guard is always available, and a node can always be drained. */
class AvailabilityIT {
    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void keepsOnePodDuringNodeDrain(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            var budget = rendered.only(PodDisruptionBudget.class, namespace(deployment)).getSpec();
            int replicas = replicas(deployment, rendered);
            assertThat(Rendered.selects(budget.getSelector(), labels(deployment))).isTrue();
            assertThat(budget.getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
            if (replicas == 1) { // there is nothing to keep, and the drain must not wait for ever
                assertThat(budget.getMinAvailable()).isNull();
                assertThat(budget.getMaxUnavailable().getIntVal()).isEqualTo(1);
            } else if (budget.getMinAvailable() == null) { // one-node with an autoscaler
                assertThat(budget.getMaxUnavailable().getIntVal())
                        .isPositive()
                        .isLessThan(replicas);
            } else {
                assertThat(budget.getMinAvailable().getIntVal()).isPositive().isLessThan(replicas);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void startsNewPodBeforeStoppingOldOne(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            var update = deployment.getSpec().getStrategy().getRollingUpdate();
            assertThat(update.getMaxUnavailable().getIntVal()).isZero();
            assertThat(update.getMaxSurge().getIntVal()).isEqualTo(1);
            // a pod that dies right after it became ready must not replace one that works
            assertThat(deployment.getSpec().getMinReadySeconds()).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void spreadsPodsOverNodesDespiteCordons(Rendered rendered) {
        for (Deployment deployment : rendered.deployments()) {
            List<TopologySpreadConstraint> spread =
                    DeploymentsIT.pod(deployment).getTopologySpreadConstraints();
            assertThat(spread)
                    .allSatisfy(
                            each ->
                                    assertThat(
                                                    Rendered.selects(
                                                            each.getLabelSelector(),
                                                            labels(deployment)))
                                            .isTrue());
            assertThat(spread)
                    .filteredOn(each -> each.getTopologyKey().equals("kubernetes.io/hostname"))
                    .singleElement()
                    .satisfies(
                            each -> {
                                assertThat(each.getMaxSkew()).isEqualTo(1);
                                assertThat(each.getWhenUnsatisfiable()).isEqualTo("DoNotSchedule");
                                assertThat(each.getNodeTaintsPolicy()).isEqualTo("Honor");
                                assertThat(each.getMatchLabelKeys())
                                        .containsExactly("pod-template-hash");
                            });
        }
    }

    @ParameterizedTest
    @MethodSource("dev.forwardguard.manifests.Choices#withGuards")
    void leavesReplicasToAutoscaler(Rendered rendered) {
        for (var autoscaler : rendered.all(HorizontalPodAutoscaler.class)) {
            var target = autoscaler.getSpec().getScaleTargetRef();
            var deployment =
                    rendered.only(Deployment.class, autoscaler.getMetadata().getNamespace());
            assertThat(target.getKind()).isEqualTo("Deployment");
            assertThat(target.getName()).isEqualTo(deployment.getMetadata().getName());
            assertThat(deployment.getSpec().getReplicas()).isNull();
            assertThat(autoscaler.getSpec().getMinReplicas())
                    .isLessThan(autoscaler.getSpec().getMaxReplicas());
        }
    }

    /** Each replica counts wrong passwords for itself, and has to know how many others do. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "base",
                "base/authentik-guard",
                "overlays/homelab",
                "overlays/one-node",
                "overlays/production"
            })
    void sharesLimitOfWrongPasswordsBetweenReplicas(String choice) throws IOException {
        Rendered rendered = Kustomization.of(choice);

        assertThat(emergencyReplicas(rendered)).isEqualTo(replicas(rendered));
    }

    /**
     * A component does not know which guard.yml it meets, so it says what the operator has to
     * change.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {"components/high-availability", "components/autoscaling/authentik-guard"})
    void saysWhatToSetForMoreReplicas(String component) throws IOException {
        Rendered rendered = Kustomization.of("base/authentik-guard", List.of(component));
        String text =
                Files.readString(
                        Kustomization.MANIFESTS.resolve(component).resolve("kustomization.yaml"));

        assertThat(emergencyReplicas(rendered)).isLessThan(replicas(rendered));
        assertThat(text).contains("Set emergency.replicas to " + replicas(rendered));
    }

    private static int replicas(Rendered rendered) {
        return replicas(rendered.only(Deployment.class, "authentik-guard"), rendered);
    }

    /** How many there are at least: those of the Deployment, or of its autoscaler. */
    private static int replicas(Deployment deployment, Rendered rendered) {
        Integer replicas = deployment.getSpec().getReplicas();
        return replicas == null
                ? rendered.only(HorizontalPodAutoscaler.class, namespace(deployment))
                        .getSpec()
                        .getMinReplicas()
                : replicas;
    }

    private static int emergencyReplicas(Rendered rendered) throws IOException {
        String settings =
                rendered.only(ConfigMap.class, "authentik-guard").getData().get("guard.yml");
        return new YAMLMapper().readTree(settings).at("/emergency/replicas").asInt();
    }

    /** A class that does not exist keeps every pod from being created. */
    @ParameterizedTest
    @ValueSource(strings = {"overlays/homelab", "overlays/one-node"})
    void needsNoPriorityClass(String overlay) {
        assertThat(Kustomization.of(overlay).deployments())
                .extracting(each -> DeploymentsIT.pod(each).getPriorityClassName())
                .containsOnlyNulls();
    }

    /** The class exists in the cluster, or comes with the overlay and is deleted with it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesPodsPriority(boolean bringsTheClass) {
        Rendered rendered =
                bringsTheClass
                        ? Kustomization.production()
                        : Kustomization.of("base", List.of("components/priority"));

        assertThat(rendered.deployments())
                .extracting(each -> DeploymentsIT.pod(each).getPriorityClassName())
                .containsOnly("tier-0-core");
        assertThat(rendered.all(PriorityClass.class))
                .extracting(each -> each.getMetadata().getName())
                .containsExactlyElementsOf(bringsTheClass ? List.of("tier-0-core") : List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "traefik, /deployment/replicas, /podDisruptionBudget",
        "authentik, /server/replicas, /server/pdb",
    })
    void letsNodeDrainPastTraefikAndAuthentik(String chart, String replicas, String budget) {
        JsonNode values = HelmValues.asWritten(chart);

        assertThat(values.at(budget).path("enabled").asBoolean()).isTrue();
        assertThat(values.at(budget).path("minAvailable").asInt()).isEqualTo(2);
        assertThat(values.at(replicas).asInt()).isEqualTo(3);
    }

    private static String namespace(Deployment deployment) {
        return deployment.getMetadata().getNamespace();
    }

    private static Map<String, String> labels(Deployment deployment) {
        return deployment.getSpec().getTemplate().getMetadata().getLabels();
    }
}
