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

    @TempDir private Path directory;

    @Test
    void removesTheFormerOnesAndNothingElse() {
        Manual manual = Manual.of("manifests/README.md");
        String anchor = "upgrade-from-middlewares-without-guard-";
        try (Cluster cluster = Cluster.start(directory)) {
            cluster.namespaces("traefik");
            cluster.kubectl("apply", "-f", cluster.file(middlewares(FORMER, "forward-guard")));
            cluster.kubectl(
                    "apply", "-f", cluster.file(middlewares(List.of("of-the-user"), "other")));

            cluster.shell(manual.commands(anchor));

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
