package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.servers.rendered.Kustomization;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;

/** What {@code cluster.sh --check} says of Traefik, each part of which is broken in turn. */
class GatewayPrerequisitesIT {
    /** What is said of each option of Traefik. */
    static final List<String> OPTIONS =
            List.of(
                    "an entry point called websecure",
                    "allowCrossNamespace",
                    "safeNaming",
                    "aliasHeadersStrategy",
                    "trustedIPs",
                    "certificates that do not depend on one replica");

    private static final String PRODUCTION =
            Kustomization.MANIFESTS.resolve("overlays/production").toString();
    private static final String DEPLOYMENT = "deployment traefik -n traefik";
    private static final String DEFINITION = "customresourcedefinition middlewares.traefik.io";
    private static final String SERVICE = "service traefik -n traefik";

    @TempDir private static Path directory;
    private static CheckedCluster cluster;
    private static CheckedCluster.Check withoutDefinitions;

    @BeforeAll
    static void start() {
        cluster = CheckedCluster.withoutDefinitions(directory);
        withoutDefinitions = cluster.check();
        cluster.installDefinitions();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** A path in its container. */
    private static String at(String path) {
        return path.replace("ARGS/", CheckedCluster.ARGS)
                .replace("CONTAINER/", CheckedCluster.ARGS.replace("args/", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deployment | /metadata/labels | {} | Traefik: no Deployment",
                "deployment | CONTAINER/image | \"traefik:v3.7.5\" | components/traefik/before-3.7.7",
                "deployment | ARGS/0 | \"--ping\" | an entry point called websecure",
                "deployment | ARGS/1 | \"--ping\" | allowCrossNamespace",
                "deployment | ARGS/2 | \"--ping\" | aliasHeadersStrategy",
                "deployment | ARGS/2 | \"--entrypoints.websecure.http.aliasheadersstrategy=keep\" | aliasHeadersStrategy",
                "deployment | ARGS/- | \"--entrypoints.websecure.forwardedheaders.insecure\" | trustedIPs",
                "deployment | ARGS/- | \"--certificatesresolvers.a.acme.email=a@example.com\" | certificates for several replicas",
                "service | /spec/externalTrafficPolicy | \"Cluster\" | the addresses of visitors",
            })
    void saysWhatIsMissing(String kind, String path, String value, String what) {
        cluster.breaks(kind + " traefik -n traefik", at(path), value);
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

    /** What is there can be there in another way, too. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ARGS/- | \"--providers.kubernetescrd.safenaming=true\" | traefik_guard-protected@kubernetescrd (safeNaming)",
                "ARGS/- | \"--entrypoints.websecure.forwardedheaders.trustedips=10.0.0.0/8\" | believed from 10.0.0.0/8 only",
                "/spec/template/spec/hostNetwork | true | sees the addresses of visitors: it is on the host's network"
            })
    void saysHowItIs(String path, String value, String what) {
        cluster.breaks(DEPLOYMENT, at(path), value);
        try {
            var check = cluster.check();

            assertThat(check.objections()).isEmpty();
            assertThat(check.output()).contains(what);
        } finally {
            cluster.repair();
        }
    }

    /** A DaemonSet has a replica on each node, and so several. */
    @Test
    void findsDaemonSet() {
        cluster.breaks(DEPLOYMENT, "delete", "");
        try {
            cluster.apply(
                    CheckedCluster.TRAEFIK
                            .replace("\"Deployment\"", "\"DaemonSet\"")
                            .replace("\"replicas\": 2, ", ""));
            var check = cluster.check();
            assertThat(check.objections()).isEmpty();
            assertThat(check.output()).contains("ok           Traefik 3.7.15 in traefik");

            cluster.breaks(
                    "daemonset traefik -n traefik",
                    at("ARGS/-"),
                    "\"--certificatesresolvers.a.acme.email=a@example.com\"");
            assertThat(cluster.check().objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "certificates for several replicas");
        } finally {
            cluster.kubectl("delete", "daemonset", "traefik", "-n", "traefik");
            cluster.repair();
        }
    }

    /** As with a load balancer that somebody has set up by hand. */
    @Test
    void cannotTellAddressesWithoutService() {
        cluster.breaks(SERVICE, "/metadata/labels", "{}");
        try {
            var check = cluster.check();

            assertThat(check.objections())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "CANNOT TELL  whether Traefik sees the addresses of visitors: no Service");
            assertThat(check.status()).isEqualTo(3);
        } finally {
            cluster.repair();
        }
    }

    /**
     * Whoever installs it so would close all sites: the policies of production let pods in only.
     */
    @Test
    void noticesPoliciesThatKeepTraefikOut() {
        cluster.breaks(DEPLOYMENT, "/spec/template/spec/hostNetwork", "true");
        try {
            assertThat(cluster.check("--overlay", PRODUCTION).output())
                    .contains(
                            "MISSING      components/network-policy/host-network in your overlay");
        } finally {
            cluster.repair();
        }
        assertThat(cluster.check("--overlay", PRODUCTION).output())
                .contains("ok           the network policies let Traefik in");
    }

    /** Without it, a visitor of a proxy that Traefik believes would choose what is open. */
    @Test
    void noticesChainThatKeepsForgedTarget() {
        String overlay =
                cluster.overlay(
                        "open",
                        settings(
                                """
                                |
                                emergency:
                                  open:
                                    - {host: status.example.com, path: /}
                                """));
        assertThat(cluster.check().output()).doesNotContain("emergency.open");
        assertThat(cluster.check("--overlay", overlay).output())
                .contains("ok           emergency.open: guard-strip-forwarded-target comes before");

        String without =
                cluster.overlay(
                        "open-without",
                        """
                        resources: [../open]
                        patches:
                          - patch: |
                              apiVersion: traefik.io/v1alpha1
                              kind: Middleware
                              metadata: {name: guard-protected, namespace: traefik}
                              spec: {chain: {middlewares: [{name: guard-authentik}]}}
                        """);
        assertThat(cluster.check("--overlay", without).objections())
                .singleElement()
                .asString()
                .startsWith("MISSING ")
                .contains("guard-strip-forwarded-target", "in guard-protected");

        String route =
                cluster.overlay(
                        "open-route",
                        """
                        resources: [../open, route.yaml]
                        """,
                        """
                        apiVersion: traefik.io/v1alpha1
                        kind: IngressRoute
                        metadata: {name: alone, namespace: traefik}
                        spec:
                          routes:
                            - kind: Rule
                              match: Host(`status.example.com`)
                              middlewares: [{name: guard-strip-forwarded-target}, {name: guard-authentik}]
                              services: [{name: status, port: 80}]
                            - kind: Rule
                              match: Host(`other.example.com`)
                              middlewares: [{name: guard-authentik}]
                              services: [{name: status, port: 80}]
                        """);
        assertThat(cluster.check("--overlay", route).objections())
                .singleElement()
                .asString()
                .contains("guard-strip-forwarded-target", "in alone");
    }

    /** An overlay of homelab with this {@code guard.yml}, as a YAML value. */
    private static String settings(String value) {
        return """
        resources: [MANIFESTS/overlays/homelab]
        patches:
          - patch: |
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: authentik-guard, namespace: authentik-guard}
              data:
                guard.yml: SETTINGS
        """
                .replace("SETTINGS", value.strip().indent(10).strip());
    }

    /** The usual ways to write it; what may be one of it is none that is passed over. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            quoteCharacter = '`',
            value = {
                "comment  % `|\nemergency:\n  open:   # status page\n    - {host: a.example, path: /}`  % 1 % MISSING      guard-strip",
                "json     % `|\n{\"emergency\": {\"open\":[{\"host\": \"a.example\", \"path\": \"/\"}]}}` % 1 % MISSING      guard-strip",
                "quoted   % `\"emergency:\\n  open: \\n    - {host: a.example, path: /}\\n\"`           % 1 % MISSING      guard-strip",
                "single   % `'{''emergency'': {''open'': [{host: a.example, path: /}]}}'`                  % 1 % MISSING      guard-strip",
                "anchor   % `|\nemergency:\n  open: &all [{host: a.example, path: /}]`                     % 1 % CANNOT TELL  whether guard.yml has emergency.open",
                "none     % `|\nemergency:\n  open: [] # none\n  # open: [x]`                              % 0 %"
            })
    void findsOpenPathsHoweverTheyAreWritten(
            String name, String value, int objections, String what) {
        String overlay =
                cluster.overlay(
                        "spelling-" + name,
                        settings(value)
                                + """
                                  - patch: |
                                      apiVersion: traefik.io/v1alpha1
                                      kind: Middleware
                                      metadata: {name: guard-protected, namespace: traefik}
                                      spec: {chain: {middlewares: [{name: guard-authentik}]}}
                                """);

        assertThat(cluster.check("--overlay", overlay).objections())
                .hasSize(objections)
                .allMatch(each -> each.startsWith(what));
    }

    /** A header by which the application may take another path would pass the guard unseen. */
    @Test
    void noticesThatGuardDoesNotSeeAllHeaders() {
        String blind =
                """
                  - patch: |
                      apiVersion: traefik.io/v1alpha1
                      kind: Middleware
                      metadata: {name: guard-authentik, namespace: traefik}
                      spec: {forwardAuth: {authRequestHeaders: [Cookie, Authorization]}}
                """;
        String open = "|\nemergency: {open: [{host: a.example, path: /}]}";

        assertThat(
                        cluster.check("--overlay", cluster.overlay("blind", settings(open) + blind))
                                .objections())
                .singleElement()
                .asString()
                .contains("MISSING", "take authRequestHeaders out of guard-authentik");
        assertThat(
                        cluster.check(
                                        "--overlay",
                                        cluster.overlay("shut", settings("'mode: auto'") + blind))
                                .output())
                .doesNotContain("authRequestHeaders");
    }

    /** Definitions stay as they are when a chart is upgraded. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry | status | definitions of the version of Traefik, 3.7.15",
                "forwardAuth | maxResponseBodySize | definitions of Traefik 3.6.10 or later, with maxResponseBodySize"
            })
    void noticesOldDefinitions(String middleware, String field, String what) {
        String path =
                "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/%s/properties/%s"
                        .formatted(middleware, field);
        String before = cluster.remove(DEFINITION, path);
        try {
            var check = cluster.check();

            assertThat(check.objections())
                    .singleElement()
                    .asString()
                    .startsWith("MISSING ")
                    .contains(what);
            assertThat(check.status()).isEqualTo(1);
        } finally {
            cluster.put(DEFINITION, path, before);
        }
    }

    @Test
    void noticesThatDefinitionsAreMissing() {
        assertThat(withoutDefinitions.objections())
                .hasSize(3)
                .allMatch(each -> each.startsWith("MISSING "))
                .allMatch(each -> each.contains("helm show crds traefik/traefik"))
                .anyMatch(each -> each.contains("IngressRoute of traefik.io/v1alpha1"))
                .anyMatch(each -> each.contains("Middleware of traefik.io/v1alpha1"))
                .anyMatch(each -> each.contains("Traefik's definitions (Middleware)"));
        assertThat(withoutDefinitions.status()).isEqualTo(1);
        assertThat(cluster.check().objections()).isEmpty();
    }

    @Test
    void noticesTraefikThatIsTooOld() {
        cluster.breaks(DEPLOYMENT, at("CONTAINER/image"), "\"x:v3.6.9\"");
        try {
            assertThat(cluster.check().output())
                    .contains("MISSING      Traefik 3.6.10 or later: traefik/traefik is 3.6.9");
        } finally {
            cluster.repair();
        }
    }

    /** Variables for other things than Traefik's options say nothing of these. */
    @Test
    void cannotTellOptionsInFile() {
        String variables = "[{\"name\": \"CF_DNS_API_TOKEN\", \"value\": \"x\"}]";
        cluster.breaks(DEPLOYMENT, at("CONTAINER/env"), variables);
        cluster.breaks(DEPLOYMENT, at("CONTAINER/args"), "[]");
        try {
            var check = cluster.check();

            assertThat(check.objections())
                    .hasSize(OPTIONS.size())
                    .allMatch(each -> each.startsWith("CANNOT TELL"))
                    .allMatch(each -> each.contains("its options are in a file"));
            assertThat(check.output()).contains(OPTIONS);
            assertThat(check.status()).isEqualTo(3);
        } finally {
            cluster.repair();
        }
    }

    @Test
    void findsOptionsInVariables() {
        String variables =
                "[{\"name\": \"TRAEFIK_PROVIDERS_KUBERNETESCRD_ALLOWCROSSNAMESPACE\", \"value\": \"true\"}]";
        cluster.breaks(DEPLOYMENT, at("CONTAINER/env"), variables);
        cluster.breaks(DEPLOYMENT, at("ARGS/1"), "\"--ping\"");
        try {
            assertThat(cluster.check().objections()).isEmpty();
        } finally {
            cluster.repair();
        }
    }

    /** No site refers to another namespace then; only the route of the outpost's pages does. */
    @Test
    void takesChainAtEntryPointForBotBlockGuardAlone() {
        String overlay =
                cluster.overlay(
                        "bots",
                        """
                        resources: [MANIFESTS/base/bot-block-guard]
                        components: [MANIFESTS/components/traefik/bot-block-guard]
                        """);
        String chain =
                "\"--entryPoints.websecure.http.middlewares=traefik-guard-public@kubernetescrd\"";
        cluster.breaks(DEPLOYMENT, at("ARGS/1"), chain);
        try {
            var alone = cluster.check("--overlay", overlay);
            assertThat(alone.objections()).isEmpty();
            assertThat(alone.output()).contains("ok           the chain is at the entry point");

            assertThat(cluster.check().objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "allowCrossNamespace");
        } finally {
            cluster.repair();
        }
    }

    /** As in k3s, where the names in annotations would be of middlewares that are elsewhere. */
    @Test
    void noticesMiddlewaresInAnotherNamespace() {
        String elsewhere =
                CheckedCluster.TRAEFIK.replace(
                        "\"namespace\": \"traefik\"", "\"namespace\": \"kube-system\"");
        cluster.apply(elsewhere);
        try {
            assertThat(cluster.check("--traefik", "kube-system/traefik").objections())
                    .singleElement()
                    .asString()
                    .contains("MISSING", "in traefik, and Traefik is in kube-system");
            assertThat(
                            cluster.check(
                                            "--traefik",
                                            "kube-system/traefik",
                                            "--overlay",
                                            PRODUCTION)
                                    .output())
                    .contains("MISSING      network policies for Traefik's namespace");
            assertThat(cluster.check().output()).contains("CANNOT TELL", "there are several");
        } finally {
            cluster.kubectl(
                    "delete", "deployment/traefik", "service/traefik", "--namespace=kube-system");
        }
    }
}
