package dev.forwardguard.manifests.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.forwardguard.servers.ApiServer;
import dev.forwardguard.servers.ServiceAccountMount;
import dev.forwardguard.servers.rendered.Kustomization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What gives the guard access to its Secret, as the manifests render it, and its token. */
final class GuardAccess {
    static final String NAMESPACE = "authentik-guard";
    private static final String PODS = "/api/v1/namespaces/" + NAMESPACE + "/pods";
    private static final Set<String> KINDS = Set.of("ServiceAccount", "Role", "RoleBinding");

    private final ApiServer server;
    private final Path directory;
    private final ServiceAccountMount mount;
    private int pods;

    /** Applies everything, in a namespace that it creates. */
    GuardAccess(ApiServer server, Path directory) throws IOException {
        this.server = server;
        this.directory = directory;
        mount = new ServiceAccountMount(Files.createDirectory(directory.resolve("mount")));
        server.kubectl("create", "namespace", NAMESPACE);
        grant();
        swapMount();
    }

    /** The directory with the token. */
    Path mounted() {
        return mount.directory();
    }

    /** Applies the service account, its Role and the RoleBinding. */
    void grant() {
        String items =
                rendered()
                        .filter(each -> KINDS.contains(each.path("kind").asText()))
                        .map(ObjectNode::toString)
                        .collect(Collectors.joining(",\n"));
        apply("{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [" + items + "]}");
    }

    /** Deletes the RoleBinding. */
    void revoke() {
        server.kubectl("delete", "rolebinding", "authentik-guard", "-n", NAMESPACE);
    }

    /** Deletes the service account; {@link #grant} makes another one of the same name. */
    void deleteAccount() {
        server.kubectl("delete", "serviceaccount", "authentik-guard", "-n", NAMESPACE);
    }

    /** Mounts the current CA and the token of a new pod. The tokens of earlier pods expire. */
    void swapMount() {
        String pod = "guard-" + ++pods;
        createPod(pod);
        try (var client = server.client()) {
            String token = client.token(NAMESPACE, "authentik-guard", pod);
            mount.swap(token, server.keys().ca(), NAMESPACE);
            if (pods > 1) {
                client.delete(PODS + "/guard-" + (pods - 1) + "?gracePeriodSeconds=0");
            }
        }
    }

    /** Creates a pod of the rendered Deployment. Nothing runs it, but tokens are bound to it. */
    private void createPod(String name) {
        ObjectNode pod =
                rendered()
                        .filter(each -> each.path("kind").asText().equals("Deployment"))
                        .map(each -> each.withObject("/spec/template").deepCopy())
                        .findFirst()
                        .orElseThrow();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        pod.withObject("/metadata").put("name", name).put("namespace", NAMESPACE);
        apply(pod.toString());
    }

    private static Stream<ObjectNode> rendered() {
        return Kustomization.of("base").nodes().stream()
                .filter(each -> NAMESPACE.equals(each.at("/metadata/namespace").asText()));
    }

    private void apply(String json) {
        try {
            Path file = Files.writeString(directory.resolve("objects.json"), json);
            server.kubectl("apply", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
