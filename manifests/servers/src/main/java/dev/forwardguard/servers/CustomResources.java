package dev.forwardguard.servers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The definitions of the custom resources of Traefik, the Prometheus operator, the Gateway API and
 * k3s.
 *
 * @param directory of the definitions, as files
 */
public record CustomResources(Path directory) {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** A line for each definition. */
    private static final String SERVED =
            "{{range .items}}{{.metadata.name}}={{range .status.conditions}}"
                    + "{{if eq .type \"Established\"}}{{.status}}{{end}}{{end}}\n{{end}}";

    /**
     * Finds those that {@code kubernetes/build.sh} puts beside the API server. If that is missing,
     * skips the test, or fails it in CI.
     */
    public static CustomResources built() {
        Path directory = Program.built("kube-apiserver").path().resolveSibling("crds");
        if (!Files.isDirectory(directory)) {
            throw new AssertionError(
                    directory + " is missing; manifests/servers/kubernetes/build.sh puts it there");
        }
        return new CustomResources(directory);
    }

    /** Makes an API server accept and serve them. */
    public void install(ApiServer server) {
        // applied by the client, the largest would not fit into the annotation for its next apply
        server.kubectl("apply", "--server-side", "-f", directory.toString());
        server.part().process().await("their kinds", PATIENCE, () -> areServed(server));
    }

    /**
     * Neither {@code kubectl wait} nor JSONPath can do it: both fail before the first condition.
     */
    private static boolean areServed(ApiServer server) {
        return server.kubectl("get", "crd", "--output=go-template=" + SERVED)
                .lines()
                .allMatch(line -> line.endsWith("=True"));
    }
}
