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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code cluster.sh --check} against a real API server with everything that the guards need, each
 * part of which is broken in turn.
 */
class PrerequisitesIT {
    private static final Program SCRIPT =
            new Program(Kustomization.MANIFESTS.resolve("tests/cluster.sh"));
    private static final String PRODUCTION =
            Kustomization.MANIFESTS.resolve("overlays/production").toString();

    private static final String NODE =
            """
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "%s"},
             "status": {"allocatable": {"memory": "%s", "cpu": "2", "pods": "110"}}}
            """;

    private static final String TRAEFIK =
            """
            {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "traefik", "namespace": "traefik",
               "labels": {"app.kubernetes.io/name": "traefik"}},
             "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "traefik"}},
               "template": {"metadata": {"labels": {"app": "traefik"}}, "spec": {"containers": [
                 {"name": "traefik", "image": "docker.io/traefik:v3.7.15", "args": [
                   "--entryPoints.websecure.address=:8443/tcp",
                   "--providers.kubernetescrd.allowCrossNamespace=true",
                   "--entryPoints.websecure.http.aliasHeadersStrategy=delete"]}]}}}}
            {"apiVersion": "v1", "kind": "Service",
             "metadata": {"name": "traefik", "namespace": "traefik",
               "labels": {"app.kubernetes.io/name": "traefik"}},
             "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local",
               "selector": {"app": "traefik"}, "ports": [{"port": 443}]}}
            """;

    private static final String UPSTREAMS =
            """
            {"apiVersion": "v1", "kind": "Service",
             "metadata": {"name": "poison-fountain", "namespace": "poison-fountain"},
             "spec": {"ports": [{"port": 8080}]}}
            {"apiVersion": "v1", "kind": "Service",
             "metadata": {"name": "ak-outpost-authentik-embedded-outpost", "namespace": "authentik"},
             "spec": {"ports": [{"port": 9000}]}}
            """;

    private static final String ARGS = "/spec/template/spec/containers/0/args/";

    /** What is said of each option of Traefik. */
    private static final List<String> OPTIONS =
            List.of(
                    "an entry point called websecure",
                    "allowCrossNamespace",
                    "safeNaming",
                    "aliasHeadersStrategy",
                    "trustedIPs",
                    "certificates that do not depend on one replica");

    private static final String MIDDLEWARES = "customresourcedefinition middlewares.traefik.io";

    @TempDir private static Path directory;
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(directory);
        cluster.namespaces("traefik", "poison-fountain", "authentik");
        cluster.kubectl("apply", "-f", cluster.file(everything()));
        makeNodesReady();
    }

    /** The API server keeps pods from a new node until its kubelet reports. */
    private static void makeNodesReady() {
        String patch = "{\"spec\": {\"taints\": null}}";
        cluster.kubectl("patch", "node", "a", "b", "--type=merge", "--patch", patch);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String everything() {
        return NODE.formatted("a", "2Gi") + NODE.formatted("b", "1048576Ki") + TRAEFIK + UPSTREAMS;
    }

    private record Ended(int status, String output) {
        /** The lines that do not say that something is there. */
        List<String> objections() {
            return output.lines().filter(each -> !each.startsWith("ok ")).toList();
        }
    }

    private static Ended check(String... more) {
        return check(cluster.server().kubeconfig(), more);
    }

    private static Ended check(Path kubeconfig, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--check", "--context", "test"));
        arguments.addAll(List.of(more));
        var variables = Map.of("KUBECONFIG", kubeconfig.toString(), "HOME", directory.toString());
        try (var process = SCRIPT.start(directory, variables, arguments.toArray(String[]::new))) {
            return new Ended(process.awaitExit(Duration.ofMinutes(2)), process.output());
        }
    }

    @Test
    void findsEverything() {
        Ended check = check();

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
                "service poison-fountain -n poison-fountain | delete | | poison-fountain: set upstream.url",
                "deployment traefik -n traefik | /metadata/labels | {} | Traefik: no Deployment",
                "deployment traefik -n traefik | IMAGE | \"traefik:v3.7.5\" | components/traefik/before-3.7.7",
                "deployment traefik -n traefik | ARGS/0 | \"--ping\" | an entry point called websecure",
                "deployment traefik -n traefik | ARGS/1 | \"--ping\" | allowCrossNamespace",
                "deployment traefik -n traefik | ARGS/2 | \"--ping\" | aliasHeadersStrategy",
                "deployment traefik -n traefik | ARGS/2 | \"--entrypoints.websecure.http.aliasheadersstrategy=keep\" | aliasHeadersStrategy",
                "deployment traefik -n traefik | ARGS/- | \"--entrypoints.websecure.forwardedheaders.insecure\" | trustedIPs",
                "deployment traefik -n traefik | ARGS/- | \"--certificatesresolvers.a.acme.email=a@example.com\" | certificates for several replicas",
                "service traefik -n traefik | /spec/externalTrafficPolicy | \"Cluster\" | the addresses of visitors",
            })
    void saysWhatIsMissing(String object, String at, String value, String what) {
        String path = at.replace("ARGS/", ARGS).replace("IMAGE", ARGS.replace("args/", "image"));
        breaks(object, path, value);
        try {
            Ended check = check();

            assertThat(check.objections())
                    .singleElement()
                    .asString()
                    .startsWith("MISSING ")
                    .contains(what);
            assertThat(check.status()).isEqualTo(1);
        } finally {
            repair();
        }
    }

    private static void breaks(String object, String at, String value) {
        List<String> command = new ArrayList<>();
        if (at.equals("delete")) {
            command.add("delete");
            command.addAll(List.of(object.split(" ", -1)));
        } else {
            String operation = at.matches(".*/\\d") ? "replace" : "add"; // of a list's item
            String patch =
                    "[{\"op\": \"%s\", \"path\": \"%s\", \"value\": %s}]"
                            .formatted(operation, at, value);
            command.add("patch");
            command.addAll(List.of(object.split(" ", -1)));
            command.addAll(List.of("--type=json", "--patch", patch));
        }
        cluster.kubectl(command.toArray(String[]::new));
    }

    private static void repair() {
        cluster.kubectl("replace", "--force", "--grace-period=0", "-f", cluster.file(everything()));
        makeNodesReady();
    }

    /** What is there can be there in another way, too. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ARGS/- | \"--providers.kubernetescrd.safenaming=true\" | traefik_guard-protected@kubernetescrd (safeNaming)",
                "ARGS/- | \"--entrypoints.websecure.forwardedheaders.trustedips=10.0.0.0/8\" | believed from 10.0.0.0/8 only",
                "/spec/template/spec/hostNetwork | true | sees the addresses of visitors: it is on the host's network"
            })
    void saysHowItIs(String at, String value, String what) {
        breaks("deployment traefik -n traefik", at.replace("ARGS/", ARGS), value);
        try {
            Ended check = check();

            assertThat(check.objections()).isEmpty();
            assertThat(check.output()).contains(what);
        } finally {
            repair();
        }
    }

    /**
     * Whoever installs it so would close all sites: the policies of production let pods in only.
     */
    @Test
    void noticesPoliciesThatKeepTraefikOut() {
        breaks("deployment traefik -n traefik", "/spec/template/spec/hostNetwork", "true");
        try {
            assertThat(check("--overlay", PRODUCTION).output())
                    .contains(
                            "MISSING      components/network-policy/host-network in your overlay");
        } finally {
            repair();
        }
        assertThat(check("--overlay", PRODUCTION).output())
                .contains("ok           the network policies let Traefik in");
    }

    /** Definitions stay as they are when a chart is upgraded. */
    @Test
    void noticesOldDefinitions() {
        String fields =
                "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/retry/properties/";
        String patch = "[{\"op\": \"remove\", \"path\": \"%sstatus\"}]".formatted(fields);
        cluster.kubectl(
                "patch",
                "customresourcedefinition",
                "middlewares.traefik.io",
                "--type=json",
                "--patch",
                patch);
        try {
            assertThat(check().objections())
                    .singleElement()
                    .asString()
                    .startsWith("MISSING ")
                    .contains("definitions of the version of Traefik, 3.7.15");
        } finally {
            breaks(
                    MIDDLEWARES,
                    fields + "status",
                    "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}");
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
        cluster.kubectl("apply", "-f", cluster.file(pod));
        try {
            assertThat(check().objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "1 of 2 have it");
        } finally {
            cluster.kubectl("delete", "pod", "large", "-n", "traefik", "--force");
        }
    }

    @Test
    void noticesForeignMiddlewareOfSameName() {
        String middleware =
                """
                {"apiVersion": "traefik.io/v1alpha1", "kind": "Middleware",
                 "metadata": {"name": "guard-retry", "namespace": "traefik"},
                 "spec": {"retry": {"attempts": 4}}}
                """;
        cluster.kubectl("apply", "-f", cluster.file(middleware));
        try {
            assertThat(check().objections())
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
        Ended check = check("--overlay", PRODUCTION);

        assertThat(check.output())
                .contains("ok           the cluster knows PodMonitor")
                .contains("ok           the PriorityClass tier-0-core")
                .contains("MISSING      metrics for the autoscaler")
                .contains("ok           2 of 2 nodes have 288 MiB", "for 3 replicas");
        assertThat(check.status()).isEqualTo(1);
    }

    /** The guard knows the name without the hash that kustomize adds. */
    @Test
    void refusesSecretWithHashInItsName() throws IOException {
        Path overlay = Files.createDirectory(directory.resolve("hashed"));
        String homelab =
                overlay.toRealPath()
                        .relativize(
                                Kustomization.MANIFESTS.resolve("overlays/homelab").toRealPath())
                        .toString();
        Files.writeString(
                overlay.resolve("kustomization.yaml"),
                """
                resources: [%s]
                secretGenerator:
                  - {name: authentik-guard-htpasswd, namespace: authentik-guard, literals: [htpasswd=x]}
                """
                        .formatted(homelab));

        assertThat(check("--overlay", overlay.toString()).objections())
                .singleElement()
                .asString()
                .contains("MISSING", "disableNameSuffixHash");
    }

    @Test
    void noticesTraefikThatIsTooOld() {
        breaks("deployment traefik -n traefik", ARGS.replace("args/", "image"), "\"x:v3.6.9\"");
        try {
            assertThat(check().output())
                    .contains("MISSING      Traefik 3.6.10 or later: traefik/traefik is 3.6.9");
        } finally {
            repair();
        }
    }

    /** Variables for other things than Traefik's options say nothing of these. */
    @Test
    void cannotTellOptionsInFile() {
        String variables = "[{\"name\": \"CF_DNS_API_TOKEN\", \"value\": \"x\"}]";
        breaks("deployment traefik -n traefik", ARGS.replace("args/", "env"), variables);
        breaks("deployment traefik -n traefik", ARGS.replace("args/", "args"), "[]");
        try {
            Ended check = check();

            assertThat(check.objections())
                    .hasSize(OPTIONS.size())
                    .allMatch(each -> each.startsWith("CANNOT TELL"))
                    .allMatch(each -> each.contains("its options are in a file"));
            assertThat(check.output()).contains(OPTIONS);
            assertThat(check.status()).isEqualTo(3);
        } finally {
            repair();
        }
    }

    @Test
    void findsOptionsInVariables() {
        String variables =
                "[{\"name\": \"TRAEFIK_PROVIDERS_KUBERNETESCRD_ALLOWCROSSNAMESPACE\", \"value\": \"true\"}]";
        breaks("deployment traefik -n traefik", ARGS.replace("args/", "env"), variables);
        breaks("deployment traefik -n traefik", ARGS + "1", "\"--ping\"");
        try {
            assertThat(check().objections()).isEmpty();
        } finally {
            repair();
        }
    }

    /** As in k3s, where the names in annotations would be of middlewares that are elsewhere. */
    @Test
    void noticesMiddlewaresInAnotherNamespace() {
        String elsewhere =
                TRAEFIK.replace("\"namespace\": \"traefik\"", "\"namespace\": \"kube-system\"");
        cluster.kubectl("apply", "-f", cluster.file(elsewhere));
        try {
            assertThat(check("--traefik", "kube-system/traefik").objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "in traefik, and Traefik is in kube-system");
            assertThat(check("--traefik", "kube-system/traefik", "--overlay", PRODUCTION).output())
                    .contains("MISSING      network policies for Traefik's namespace");
            assertThat(check().output()).contains("CANNOT TELL", "there are several");
        } finally {
            cluster.kubectl("delete", "-f", cluster.file(elsewhere));
        }
    }

    /** Who may read nothing is told of nothing that is missing. */
    @Test
    void cannotTellWithoutPermission() throws IOException {
        String text = Files.readString(cluster.server().kubeconfig());
        Path stranger = directory.resolve("stranger");
        Files.writeString(stranger, text.replace("user: {token:", "user: {as: stranger, token:"));

        Ended check = check(stranger);

        assertThat(check.output()).contains(OPTIONS).doesNotContain("MISSING");
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
        Ended check = check(arguments.split(" ", -1));

        assertThat(check.output()).contains(why);
        assertThat(check.status()).isEqualTo(2);
    }
}
