package dev.forwardguard.manifests.edge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.forwardguard.servers.ApiClient;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What nodes and the scheduler say to the API server. */
final class NodeApi implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NODE_OF_DAEMON =
            "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                    + "/nodeSelectorTerms/0/matchFields/0/values/0";

    private final ApiClient api;
    private final int logPort;

    /** With the port on which the logs of pods are served. */
    NodeApi(ApiClient api, int logPort) {
        this.api = api;
        this.logPort = logPort;
    }

    /** A node on which gateways may run. */
    void register(String node) {
        api.post(
                "/api/v1/nodes",
                """
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "%s", "labels": {
                  "kubernetes.io/hostname": "%1$s", "forwardguard.dev/point-of-presence": ""}}}
                """
                        .formatted(node));
        beat(node);
    }

    /** Needed from time to time: otherwise the node counts as lost. */
    void beat(String node) {
        api.patch(
                "/api/v1/nodes/" + node + "/status",
                """
                {"status": {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
                  "daemonEndpoints": {"kubeletEndpoint": {"Port": %d}},
                  "capacity": {"cpu": "8", "memory": "16Gi", "pods": "110"},
                  "allocatable": {"cpu": "8", "memory": "16Gi", "pods": "110"},
                  "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady",
                    "lastHeartbeatTime": "%s"}]}}
                """
                        .formatted(logPort, now()));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The pods of all namespaces. */
    List<JsonNode> pods() {
        try {
            List<JsonNode> pods = new ArrayList<>();
            JSON.readTree(api.get("/api/v1/pods")).path("items").forEach(pods::add);
            return pods;
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** Puts a pod on a node; a DaemonSet's pods say on which. */
    void bind(JsonNode pod, String node) {
        String wanted = pod.at(NODE_OF_DAEMON).asText();
        api.post(
                path(pod) + "/binding",
                """
                {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s"},
                 "target": {"apiVersion": "v1", "kind": "Node", "name": "%s"}}
                """
                        .formatted(name(pod), wanted.isEmpty() ? node : wanted));
    }

    static String name(JsonNode pod) {
        return pod.at("/metadata/name").asText();
    }

    private static String path(JsonNode pod) {
        return "/api/v1/namespaces/%s/pods/%s"
                .formatted(pod.at("/metadata/namespace").asText(), name(pod));
    }

    /** Reports a pod whose container runs. */
    void report(JsonNode pod, String address, boolean isReady) {
        api.patch(
                path(pod) + "/status",
                """
                {"status": {"phase": "Running", "podIP": "%s", "podIPs": [{"ip": "%1$s"}], "startTime": "%s",
                  "conditions": [
                    {"type": "PodScheduled", "status": "True"},
                    {"type": "ContainersReady", "status": "%s", "lastTransitionTime": "%2$s"},
                    {"type": "Ready", "status": "%3$s", "lastTransitionTime": "%2$s"}],
                  "containerStatuses": [{"name": "traefik", "ready": %s, "restartCount": 0, "image": "traefik",
                    "imageID": "", "state": {"running": {"startedAt": "%2$s"}}}]}}
                """
                        .formatted(address, now(), isReady ? "True" : "False", isReady));
    }

    /** Reports that a deleted pod has ended, so it goes. */
    void remove(JsonNode pod) {
        api.delete(path(pod) + "?gracePeriodSeconds=0");
    }

    @Override
    public void close() {
        api.close();
    }
}
