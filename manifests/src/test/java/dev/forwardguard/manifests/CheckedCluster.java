package dev.forwardguard.manifests;

import dev.forwardguard.servers.CustomResources;
import dev.forwardguard.servers.Program;
import dev.forwardguard.servers.rendered.Kustomization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real API server with everything that the guards need, and {@code cluster.sh --check} against
 * it.
 */
final class CheckedCluster implements AutoCloseable {
    /** The arguments of Traefik's container: an entry point, allowCrossNamespace, aliases. */
    static final String ARGS = "/spec/template/spec/containers/0/args/";

    static final String TRAEFIK =
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

    private static final String NODE =
            """
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "%s"},
             "status": {"allocatable": {"memory": "%s", "cpu": "2", "pods": "110"}}}
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

    private static final String EVERYTHING =
            NODE.formatted("a", "2Gi") + NODE.formatted("b", "1048576Ki") + TRAEFIK + UPSTREAMS;

    private static final Program SCRIPT =
            new Program(Kustomization.MANIFESTS.resolve("tests/cluster.sh"));

    private final Path directory;
    private final Cluster cluster;

    private CheckedCluster(Path directory) {
        this.directory = directory;
        cluster = Cluster.bare(directory);
        try {
            cluster.namespaces("traefik", "poison-fountain", "authentik");
            apply(EVERYTHING);
            makeNodesReady();
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts one that has all that the overlays need. */
    static CheckedCluster start(Path directory) {
        var cluster = withoutDefinitions(directory);
        cluster.installDefinitions();
        return cluster;
    }

    /**
     * Starts one without the definitions of custom resources. It is not possible to make one of a
     * complete cluster: the API server may need minutes to delete definitions.
     */
    static CheckedCluster withoutDefinitions(Path directory) {
        return new CheckedCluster(directory);
    }

    /** The API server keeps pods from a new node until its kubelet reports. */
    private void makeNodesReady() {
        String patch = "{\"spec\": {\"taints\": null}}";
        kubectl("patch", "node", "a", "b", "--type=merge", "--patch", patch);
    }

    /**
     * How the script ended.
     *
     * @param output its lines, one for each prerequisite
     */
    record Check(int status, String output) {
        /** The lines that do not say that something is there. */
        List<String> objections() {
            return output.lines().filter(each -> !each.startsWith("ok ")).toList();
        }
    }

    Check check(String... more) {
        return check(Map.of(), more);
    }

    /** Checks with other variables of the environment, such as another kubeconfig. */
    Check check(Map<String, String> others, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--check", "--context", "test"));
        arguments.addAll(List.of(more));
        Map<String, String> variables = new HashMap<>();
        variables.put("KUBECONFIG", kubeconfig().toString());
        variables.put("HOME", directory.toString());
        variables.putAll(others);
        try (var process = SCRIPT.start(directory, variables, arguments.toArray(String[]::new))) {
            return new Check(process.awaitExit(Duration.ofMinutes(2)), process.output());
        }
    }

    Path kubeconfig() {
        return cluster.server().kubeconfig();
    }

    String kubectl(String... arguments) {
        return cluster.kubectl(arguments);
    }

    void apply(String objects) {
        kubectl("apply", "-f", cluster.file(objects));
    }

    /**
     * Writes an overlay, and returns its path.
     *
     * @param text where {@code MANIFESTS} is the path of the directory {@code manifests}
     */
    String overlay(String name, String text) {
        try {
            Path overlay = Files.createDirectory(directory.resolve(name)).toRealPath();
            Path manifests = overlay.relativize(Kustomization.MANIFESTS.toRealPath());
            Files.writeString(
                    overlay.resolve("kustomization.yaml"),
                    text.replace("MANIFESTS", manifests.toString()));
            return overlay.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes an overlay with a file {@code route.yaml} beside it. */
    String overlay(String name, String text, String route) {
        String overlay = overlay(name, text);
        try {
            Files.writeString(Path.of(overlay, "route.yaml"), route);
            return overlay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Changes an object.
     *
     * @param at a path in it, or {@code delete}
     */
    void breaks(String object, String at, String value) {
        if (at.equals("delete")) {
            run("delete", object);
        } else {
            put(object, at, value);
        }
    }

    /** Sets a field. */
    void put(String object, String at, String value) {
        String operation = at.matches(".*/\\d") ? "replace" : "add"; // of a list's item
        patch(object, operation, at, value);
    }

    /** Removes a field, and returns its value. */
    String remove(String object, String at) {
        String path = at.replace('/', '.').replaceAll("\\.(\\d)\\.", "[$1].");
        String value = run("get", object, "--output=jsonpath={" + path + "}");
        patch(object, "remove", at, value);
        return value;
    }

    private void patch(String object, String operation, String at, String value) {
        String patch =
                "[{\"op\": \"%s\", \"path\": \"%s\", \"value\": %s}]"
                        .formatted(operation, at, value);
        run("patch", object, "--type=json", "--patch", patch);
    }

    private String run(String verb, String object, String... more) {
        List<String> command = new ArrayList<>(List.of(verb));
        command.addAll(List.of(object.split(" ", -1)));
        command.addAll(List.of(more));
        return kubectl(command.toArray(String[]::new));
    }

    /** Makes all objects anew. */
    void repair() {
        kubectl("replace", "--force", "--grace-period=0", "-f", cluster.file(EVERYTHING));
        makeNodesReady();
    }

    /** Installs the definitions of custom resources; if that fails, ends the cluster. */
    void installDefinitions() {
        try {
            CustomResources.built().install(cluster.server());
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
