package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.ApiRequest.Verb;

import io.micronaut.json.tree.JsonNode;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A namespace, by requests to the API server. */
final class KubernetesCluster implements Cluster {
    private static final String NAME = "app.kubernetes.io/name=";

    /** Traefik tries again every ten seconds at least, and says so each time. */
    private static final String LAST_LINES = "/log?tailLines=200&limitBytes=65536&container=";

    private final ApiServer server;
    private final String pods;
    private final String workloads;

    KubernetesCluster(ApiServer server, String namespace) {
        this.server = server;
        this.pods = "/api/v1/namespaces/" + encoded(namespace) + "/pods";
        this.workloads = "/apis/apps/v1/namespaces/" + encoded(namespace) + "/";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Workload> workload(Workload.Kind kind, String name) {
        try {
            return Optional.of(get(kind, name));
        } catch (ApiException e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Workload refreshed(Workload workload) {
        return get(workload.kind(), workload.name());
    }

    private Workload get(Workload.Kind kind, String name) {
        var request = new ApiRequest(Verb.GET, kind.resource(), path(kind, name));
        return new Workload(kind, Json.read(server.send(request)));
    }

    private String path(Workload.Kind kind, String name) {
        return workloads + kind.resource() + "/" + encoded(name);
    }

    @Override
    public List<Pod> pods(Workload workload) {
        return list(workload.selector()).stream().filter(workload::owns).toList();
    }

    @Override
    public List<Pod> named(String label) {
        return list(NAME + label);
    }

    private List<Pod> list(String selector) {
        var request =
                new ApiRequest(Verb.LIST, "pods", pods + "?labelSelector=" + encoded(selector));
        return Json.list(Json.read(server.send(request)), "items").stream().map(Pod::of).toList();
    }

    @Override
    public Pod create(JsonNode pod) {
        return Pod.of(Json.read(server.send(new ApiRequest(Verb.CREATE, "pods", pods, pod))));
    }

    @Override
    public void delete(Pod pod) {
        JsonNode thisOne =
                Json.object(Map.of("preconditions", Json.object(Map.of("uid", pod.uid()))));
        try {
            server.send(
                    new ApiRequest(Verb.DELETE, "pods", pods + "/" + encoded(pod.name()), thisOne));
        } catch (ApiException e) {
            if (!e.isMissing() && !e.isConflict()) {
                throw e;
            }
        }
    }

    @Override
    public String log(Pod pod) {
        var request =
                new ApiRequest(
                        Verb.GET,
                        "pods/log",
                        pods + "/" + encoded(pod.name()) + LAST_LINES + encoded(pod.container()));
        return new String(server.send(request), StandardCharsets.UTF_8);
    }

    @Override
    public Workload annotate(Workload workload, String value) {
        JsonNode text = value.isEmpty() ? JsonNode.nullNode() : JsonNode.createStringNode(value);
        JsonNode annotations =
                Json.object(Map.of("annotations", Json.object(Map.of(Workload.RESTARTED, text))));
        JsonNode template =
                Json.object(Map.of("template", Json.object(Map.of("metadata", annotations))));
        JsonNode patch =
                Json.object(
                        Map.of(
                                "metadata",
                                Json.object(Map.of("resourceVersion", workload.resourceVersion())),
                                "spec",
                                template));
        String path = path(workload.kind(), workload.name());
        var request = new ApiRequest(Verb.PATCH, workload.kind().resource(), path, patch);
        return new Workload(workload.kind(), Json.read(server.send(request)));
    }
}
