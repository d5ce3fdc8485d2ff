package dev.forwardguard.edge.heal;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.json.tree.JsonNode;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class TrialPodTest {
    private static final String DAEMON_SET =
            """
            {"metadata": {"name": "gateway", "uid": "u-1"},
             "spec": {"template": {
               "metadata": {"labels": {"app.kubernetes.io/name": "gateway", "x": "y"}, "annotations": {"a": "b"}},
               "spec": {
                 "serviceAccountName": "gateway", "hostNetwork": true, "restartPolicy": "Always",
                 "terminationGracePeriodSeconds": 50, "nodeSelector": {"point-of-presence": ""},
                 "topologySpreadConstraints": [{"maxSkew": 1}],
                 "affinity": {"podAntiAffinity": {"x": []}, "nodeAffinity": {"y": []}},
                 "volumes": [{"name": "acme", "persistentVolumeClaim": {"claimName": "acme"}},
                             {"name": "tls", "secret": {"secretName": "gateway-etcd-tls"}}],
                 "initContainers": [{"name": "haproxy", "restartPolicy": "Always", "ports": [{"containerPort": 1, "hostPort": 1}]}],
                 "containers": [{"name": "traefik", "image": "traefik",
                   "args": ["--providers.etcd.rootKey=traefik", "--certificatesResolvers.le.acme.tlsChallenge=true"],
                   "env": [{"name": "ETCD", "value": "e"}, {"name": "TRAEFIK_CERTIFICATESRESOLVERS_LE_ACME_EMAIL"}],
                   "readinessProbe": {"httpGet": {"path": "/edge-revision"}},
                   "ports": [{"name": "web", "containerPort": 8000, "hostPort": 80, "hostIP": "10.0.0.1"}]}]}}}}
            """;

    private final JsonNode pod =
            TrialPod.of(
                    new Workload(
                            Workload.Kind.DAEMON_SET,
                            Json.read(DAEMON_SET.getBytes(StandardCharsets.UTF_8))));

    private final JsonNode spec = Json.at(pod, "spec");
    private final JsonNode container = Json.list(spec, "containers").getFirst();

    @Test
    void isSelectedByNobody() {
        assertThat(Json.fields(pod, "metadata", "labels"))
                .containsOnlyKeys("app.kubernetes.io/name");
        assertThat(Json.text(pod, "metadata", "labels", "app.kubernetes.io/name"))
                .isEqualTo("gateway-trial");
    }

    @Test
    void goesWithItsWorkloadWhoseControllerTakesNoNotice() {
        JsonNode owner = Json.list(pod, "metadata", "ownerReferences").getFirst();

        assertThat(Json.text(owner, "kind")).isEqualTo("DaemonSet");
        assertThat(Json.text(owner, "uid")).isEqualTo("u-1");
        assertThat(Json.fields(owner)).doesNotContainKey("controller");
    }

    @Test
    void takesNoPortOfItsNode() {
        assertThat(Json.fields(spec)).doesNotContainKey("hostNetwork");
        assertThat(Json.fields(Json.list(container, "ports").getFirst()))
                .containsOnlyKeys("name", "containerPort");
        JsonNode proxy = Json.list(spec, "initContainers").getFirst();
        assertThat(Json.fields(Json.list(proxy, "ports").getFirst()))
                .containsOnlyKeys("containerPort");
    }

    @Test
    void runsOnAnyNodeOfGateways() {
        assertThat(Json.fields(spec, "nodeSelector")).containsOnlyKeys("point-of-presence");
        assertThat(Json.fields(spec, "affinity")).containsOnlyKeys("nodeAffinity");
        assertThat(Json.fields(spec)).doesNotContainKey("topologySpreadConstraints");
    }

    @Test
    void endsSoonAndOnce() {
        assertThat(Json.text(spec, "restartPolicy")).isEqualTo("Never");
        assertThat(Json.number(spec, 0, "activeDeadlineSeconds")).isEqualTo(3600);
        assertThat(Json.number(spec, 0, "terminationGracePeriodSeconds")).isEqualTo(1);
    }

    @Test
    void asksForNoCertificates() {
        assertThat(Json.list(container, "args"))
                .map(JsonNode::getStringValue)
                .containsExactly("--providers.etcd.rootKey=traefik");
        assertThat(Json.list(container, "env"))
                .map(each -> Json.text(each, "name"))
                .containsExactly("ETCD");
    }

    @Test
    void leavesVolumesToThoseThatServe() {
        assertThat(Json.list(spec, "volumes").getFirst())
                .isEqualTo(
                        Json.read(
                                "{\"name\": \"acme\", \"emptyDir\": {}}"
                                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(Json.text(Json.list(spec, "volumes").getLast(), "secret", "secretName"))
                .isEqualTo("gateway-etcd-tls");
    }

    @Test
    void keepsEverythingElse() {
        assertThat(Json.text(container, "image")).isEqualTo("traefik");
        assertThat(Json.text(container, "readinessProbe", "httpGet", "path"))
                .isEqualTo("/edge-revision");
        assertThat(Json.text(spec, "serviceAccountName")).isEqualTo("gateway");
        assertThat(Json.text(pod, "metadata", "annotations", "a")).isEqualTo("b");
    }
}
