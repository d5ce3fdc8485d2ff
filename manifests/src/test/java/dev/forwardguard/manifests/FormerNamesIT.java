package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands of the manual for an upgrade from the former names of the middlewares. */
class FormerNamesIT {
    private static final List<String> FORMER =
            List.of(
                    "ai-bot-block",
                    "anti-ai-headers",
                    "authentik-forward-auth",
                    "csp-headers",
                    "protected",
                    "public",
                    "rate-limit",
                    "retry",
                    "strip-accept-encoding",
                    "strip-forwarded-target",
                    "strip-identity-headers");

    private static final String SITES =
            site("a", "traefik-protected@kubernetescrd")
                    + site("b", "traefik_public@kubernetescrd")
                    + site("c", "traefik-guard-protected@kubernetescrd")
                    + route("d", "retry")
                    + route("e", "guard-retry");

    @TempDir private Path directory;

    private static String site(String name, String middleware) {
        return """
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: %s
          namespace: traefik
          annotations: {traefik.ingress.kubernetes.io/router.middlewares: %s}
        spec: {defaultBackend: {service: {name: site, port: {number: 80}}}}
        """
                .formatted(name, middleware);
    }

    private static String route(String name, String middleware) {
        return """
        ---
        apiVersion: traefik.io/v1alpha1
        kind: IngressRoute
        metadata: {name: %s, namespace: traefik}
        spec:
          routes:
            - kind: Rule
              match: Host(`site.example.com`)
              middlewares: [{name: %s}]
              services: [{name: site, port: 80}]
        """
                .formatted(name, middleware);
    }

    @Test
    void removesTheFormerOnesAndNothingElse() {
        Manual manual = Manual.of("manifests/README.md");
        String anchor = "upgrade-from-middlewares-without-guard-";
        try (Cluster cluster = Cluster.start(directory)) {
            cluster.namespaces("traefik");
            cluster.kubectl("apply", "-f", cluster.file(middlewares(FORMER, "forward-guard")));
            cluster.kubectl(
                    "apply", "-f", cluster.file(middlewares(List.of("of-the-user"), "other")));

            cluster.kubectl("apply", "-f", cluster.file(SITES));

            String output = cluster.shell(manual.commands(anchor));

            // the sites that still name a former one, and no other
            assertThat(output.lines())
                    .filteredOn(line -> line.contains("@kubernetescrd") || line.contains(" name: "))
                    .filteredOn(
                            line -> !line.contains("{\"apiVersion\"")) // what kubectl has applied
                    .hasSize(3)
                    .anyMatch(line -> line.contains("traefik-protected@kubernetescrd"))
                    .anyMatch(line -> line.contains("traefik_public@kubernetescrd"))
                    .anyMatch(line -> line.endsWith("name: retry"));

            assertThat(names(cluster))
                    .contains("of-the-user", "guard-public", "guard-site-protected")
                    .filteredOn(name -> !name.startsWith("guard-"))
                    .containsExactly("of-the-user");
            assertThat(manual.section(anchor))
                    .contains(FORMER.stream().map("`%s`"::formatted).toList());
        }
    }

    private static String middlewares(List<String> names, String partOf) {
        return names.stream()
                .map(
                        name ->
                                """
                                ---
                                apiVersion: traefik.io/v1alpha1
                                kind: Middleware
                                metadata:
                                  name: %s
                                  namespace: traefik
                                  labels: {app.kubernetes.io/part-of: %s}
                                spec: {compress: {}}
                                """
                                        .formatted(name, partOf))
                .collect(Collectors.joining());
    }

    private static List<String> names(Cluster cluster) {
        return Stream.of(
                        cluster.kubectl(
                                        "get",
                                        "middlewares",
                                        "--namespace=traefik",
                                        "--output=jsonpath={.items[*].metadata.name}")
                                .split(" "))
                .toList();
    }
}
