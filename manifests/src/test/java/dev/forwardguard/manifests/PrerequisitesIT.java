package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code cluster.sh --check} says of a cluster, each part of which is broken in turn; {@link
 * GatewayPrerequisitesIT} has those of Traefik.
 */
class PrerequisitesIT {
    private static final String PRODUCTION = overlay("production");
    private static final String ONE_NODE = overlay("one-node");

    @TempDir private static Path directory;
    private static CheckedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = CheckedCluster.start(directory);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String overlay(String name) {
        return Kustomization.MANIFESTS.resolve("overlays").resolve(name).toString();
    }

    @Test
    void findsEverything() {
        var check = cluster.check();

        assertThat(check.objections()).isEmpty();
        assertThat(check.status()).isZero();
        assertThat(check.output())
                .contains("Traefik 3.7.15", "traefik-guard-protected@kubernetescrd")
                .contains("2 of 2 nodes have 288 MiB", "the cluster knows IngressRoute");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node b | /spec | {\"unschedulable\": true} | a second node",
                "node b | /spec | {\"taints\": [{\"key\": \"x\", \"effect\": \"NoExecute\"}]} | a second node",
                "node b | delete | | there is overlays/one-node",
                "service poison-fountain -n poison-fountain | delete | | poison-fountain: set upstream.url",
            })
    void saysWhatIsMissing(String object, String at, String value, String what) {
        cluster.breaks(object, at, value);
        try {
            var check = cluster.check();

            assertThat(check.objections())
                    .singleElement()
                    .asString()
                    .startsWith("MISSING ")
                    .contains(what);
            assertThat(check.status()).isEqualTo(1);
        } finally {
            cluster.repair();
        }
    }

    /** Its answer is the only one here that is not real: there is one API server. */
    @Test
    void noticesKubernetesThatIsTooOld() throws IOException {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path kubectl = programs.resolve("kubectl");
        Files.writeString(
                kubectl,
                """
                #!/bin/sh
                case $* in
                  *' get --raw /version') echo '{"gitVersion": "v1.29.15+k3s1"}' ;;
                  *) exec '%s' "$@" ;;
                esac
                """
                        .formatted(Program.installed("kubectl", "kubernetes-client").path()));
        assertThat(kubectl.toFile().setExecutable(true)).isTrue();

        var check = cluster.check(Map.of("PATH", programs + ":" + System.getenv("PATH")));

        assertThat(check.objections())
                .containsExactly("MISSING      Kubernetes 1.30 or later: this is 1.29.15");
        assertThat(check.status()).isEqualTo(1);
    }

    @Test
    void takesOneNodeWithOverlayForIt() {
        cluster.breaks("node b", "delete", "");
        try {
            var check = cluster.check("--overlay", ONE_NODE);

            assertThat(check.objections()).isEmpty();
            assertThat(check.output()).contains("1 of 1 nodes have 288 MiB", "for 1 replicas");
        } finally {
            cluster.repair();
        }
    }

    @Test
    void takesNoNodeThatTakesNoPods() {
        cluster.breaks("node b", "delete", "");
        cluster.kubectl("cordon", "a");
        try {
            assertThat(cluster.check("--overlay", ONE_NODE).objections())
                    .containsExactly(
                            "MISSING      a node that takes pods: all are cordoned or have a taint");
        } finally {
            cluster.kubectl("uncordon", "a");
            cluster.repair();
        }
    }

    /** Pods that have been scheduled keep their memory, whatever they use of it. */
    @Test
    void countsMemoryThatIsReserved() {
        String pod =
                """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "large", "namespace": "traefik"},
                 "spec": {"nodeName": "b", "automountServiceAccountToken": false, "containers": [
                   {"name": "x", "image": "x", "resources": {"requests": {"memory": "800M"}}}]}}
                """;
        cluster.kubectl("create", "serviceaccount", "default", "--namespace=traefik");
        cluster.apply(pod);
        try {
            assertThat(cluster.check().objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "1 of 2 have it");
        } finally {
            cluster.kubectl("delete", "pod", "large", "-n", "traefik", "--force");
        }
    }

    @Test
    void noticesForeignMiddlewareOfSameName() {
        cluster.apply(
                """
                {"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware",
                 "metadata": {"name": "guard-retry", "namespace": "traefik"},
                 "spec": {"retry": {"attempts": 4}}}
                """);
        try {
            assertThat(cluster.check().objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "would be overwritten", "guard-retry");
        } finally {
            cluster.kubectl("delete", "middleware", "guard-retry", "-n", "traefik");
        }
    }

    /** production has more, which this cluster has not. */
    @Test
    void checksWhatTheOverlayNeeds() {
        var check = cluster.check("--overlay", PRODUCTION);

        assertThat(check.output())
                .contains("ok           the cluster knows PodMonitor")
                .contains("ok           the PriorityClass tier-0-core")
                .contains("MISSING      metrics for the autoscaler")
                .contains("ok           2 of 2 nodes have 288 MiB", "for 3 replicas");
        assertThat(check.status()).isEqualTo(1);
    }

    /** The guard knows the name without the hash that kustomize adds. */
    @Test
    void refusesSecretWithHashInItsName() {
        String overlay =
                cluster.overlay(
                        "hashed",
                        """
                        resources: [MANIFESTS/overlays/homelab]
                        secretGenerator:
                          - {name: authentik-guard-htpasswd, namespace: authentik-guard, literals: [htpasswd=x]}
                        """);

        assertThat(cluster.check("--overlay", overlay).objections())
                .singleElement()
                .asString()
                .contains("MISSING", "disableNameSuffixHash");
    }

    @Test
    void noticesThatPriorityClassIsMissing() {
        String overlay = homelabWith("priority");
        var missing = cluster.check("--overlay", overlay);

        assertThat(missing.objections())
                .singleElement()
                .asString()
                .startsWith(
                        "MISSING      the PriorityClass tier-0-core, without which no pod starts");
        assertThat(missing.status()).isEqualTo(1);

        cluster.kubectl("create", "priorityclass", "tier-0-core", "--value=1000");
        try {
            assertThat(cluster.check("--overlay", overlay).objections()).isEmpty();
        } finally {
            cluster.kubectl("delete", "priorityclass", "tier-0-core");
        }
    }

    /** k3s has one for each chart, so others than Traefik's are in nobody's way. */
    @Test
    void noticesForeignHelmChartConfig() {
        String overlay = homelabWith("traefik/k3s/helm-chart-config");
        cluster.apply(helmChartConfig("coredns"));
        try {
            assertThat(cluster.check("--overlay", overlay).objections()).isEmpty();

            cluster.apply(helmChartConfig("traefik"));
            var foreign = cluster.check("--overlay", overlay);

            assertThat(foreign.objections())
                    .singleElement()
                    .asString()
                    .startsWith("MISSING      a free name: kube-system has a HelmChartConfig");
            assertThat(foreign.status()).isEqualTo(1);
            assertThat(cluster.check().objections()).as("of homelab, which has none").isEmpty();
        } finally {
            cluster.kubectl("delete", "helmchartconfig", "--all", "-n", "kube-system");
        }
    }

    private static String homelabWith(String component) {
        return cluster.overlay(
                component.replace('/', '-'),
                "resources: [MANIFESTS/overlays/homelab]\ncomponents: [MANIFESTS/components/%s]\n"
                        .formatted(component));
    }

    private static String helmChartConfig(String chart) {
        return """
        {"apiVersion": "helm.cattle.io/v1", "kind": "HelmChartConfig",
         "metadata": {"name": "%s", "namespace": "kube-system"}, "spec": {"valuesContent": "a: b"}}
        """
                .formatted(chart);
    }

    /** Who may read nothing is told of nothing that is missing. */
    @Test
    void cannotTellWithoutPermission() throws IOException {
        String text = Files.readString(cluster.kubeconfig());
        Path stranger = directory.resolve("stranger");
        Files.writeString(stranger, text.replace("user: {token:", "user: {as: stranger, token:"));

        var check = cluster.check(Map.of("KUBECONFIG", stranger.toString()));

        assertThat(check.output())
                .contains(GatewayPrerequisitesIT.OPTIONS)
                .doesNotContain("MISSING");
        assertThat(check.objections())
                .allMatch(each -> each.startsWith("CANNOT TELL") && each.contains("forbidden"))
                .anyMatch(each -> each.contains("nodes have room"))
                .anyMatch(each -> each.contains("the upstream"))
                .anyMatch(each -> each.contains("middlewares of yours"))
                .anyMatch(each -> each.contains("addresses of visitors"));
        assertThat(check.status()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "--overlay nowhere, cannot render nowhere",
        "--traefik x, NAMESPACE/NAME",
        "--surprise, unknown argument",
        "--context, needs a value"
    })
    void doesNotStart(String arguments, String why) {
        var check = cluster.check(arguments.split(" ", -1));

        assertThat(check.output()).contains(why);
        assertThat(check.status()).isEqualTo(2);
    }
}
