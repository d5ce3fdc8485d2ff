package dev.forwardguard.edge.heal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forwardguard.edge.heal.Workload.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;

class WorkloadTest {
    private static Workload workload(Kind kind, String json) {
        return new Workload(kind, Json.read(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Kubernetes rounds a part of a Deployment's replicas down, of a DaemonSet's nodes up. */
    @ParameterizedTest
    @CsvSource({
        "0, 2, true",
        "1, 2, false",
        "'\"0%\"', 2, true",
        "'\"25%\"', 3, true",
        "'\"25%\"', 4, false",
        "'\"x\"', 4, false"
    })
    void knowsDeploymentThatSurges(String maxUnavailable, int replicas, boolean expected) {
        String json =
                "{\"spec\": {\"replicas\": %d, \"strategy\": {\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"maxUnavailable\": %s, \"maxSurge\": \"25%%\"}}}}"
                        .formatted(replicas, maxUnavailable);

        assertThat(workload(Kind.DEPLOYMENT, json).surges()).isEqualTo(expected);
    }

    @Test
    void knowsRecreate() {
        assertThat(
                        workload(
                                        Kind.DEPLOYMENT,
                                        "{\"spec\": {\"strategy\": {\"type\": \"Recreate\"}}}")
                                .surges())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "RollingUpdate, 0, 1, true",
        "RollingUpdate, 1, 0, false",
        "RollingUpdate, '\"1%\"', 1, false",
        "OnDelete, 0, 1, false"
    })
    void knowsDaemonSetThatSurges(
            String type, String maxUnavailable, String maxSurge, boolean expected) {
        String json =
                "{\"spec\": {\"updateStrategy\": {\"type\": \"%s\", \"rollingUpdate\": {\"maxUnavailable\": %s, \"maxSurge\": %s}}}}"
                        .formatted(type, maxUnavailable, maxSurge);

        assertThat(workload(Kind.DAEMON_SET, json).surges()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 2, 2, 2, true, false",
        "1, 2, 2, 2, false, true",
        "2, 1, 3, 3, false, true",
        "2, 2, 3, 2, false, true",
        "2, 2, 2, 1, false, false"
    })
    void readsProgressOfDeployment(
            int observed,
            int updated,
            int all,
            int available,
            boolean isComplete,
            boolean isRollingOut) {
        String json =
                """
                {"metadata": {"generation": 2}, "spec": {"replicas": 2},
                 "status": {"observedGeneration": %d, "updatedReplicas": %d, "replicas": %d, "availableReplicas": %d}}
                """
                        .formatted(observed, updated, all, available);

        assertThat(workload(Kind.DEPLOYMENT, json).progress().isComplete()).isEqualTo(isComplete);
        assertThat(workload(Kind.DEPLOYMENT, json).progress().isRollingOut())
                .isEqualTo(isRollingOut);
    }

    @Test
    void readsWhyNoPodIsCreated() {
        String json =
                "{\"status\": {\"conditions\": [{\"type\": \"ReplicaFailure\", \"status\": \"True\", \"message\": \"exceeded quota\"}]}}";

        assertThat(workload(Kind.DEPLOYMENT, json).progress().trouble())
                .isEqualTo("exceeded quota");
    }

    @Test
    void selectsByLabelsAlone() {
        String json =
                "{\"metadata\": {\"name\": \"g\"}, \"spec\": {\"selector\": {\"matchExpressions\": [{}]}}}";

        assertThatThrownBy(() -> workload(Kind.DEPLOYMENT, json).selector())
                .hasMessageContaining("deployments/g");
    }

    @Test
    void ownsPodsOfItsOwn() {
        var daemonSet = workload(Kind.DAEMON_SET, "{\"metadata\": {\"uid\": \"u\"}}");
        var mine = new Pod("a", "1", "", "", "", "DaemonSet", "u", "", false, true, "");
        var other = new Pod("a", "1", "", "", "", "DaemonSet", "v", "", false, true, "");

        assertThat(daemonSet.owns(mine)).isTrue();
        assertThat(daemonSet.owns(other)).isFalse();
        assertThat(workload(Kind.DEPLOYMENT, "{}").owns(mine)).isFalse();
    }
}
