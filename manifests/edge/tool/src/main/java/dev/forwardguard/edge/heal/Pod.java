package dev.forwardguard.edge.heal;

import io.micronaut.json.tree.JsonNode;

import java.util.List;
import java.util.Map;

/**
 * A pod, as far as it matters here.
 *
 * @param address its IP address; empty before it has one
 * @param ownerKind and {@code ownerUid}: of the object whose controller made it; empty if none did
 * @param container whose log matters
 * @param isLeaving whether it has been deleted, and only its end is not yet reached
 * @param isReady whether its readiness probe has succeeded, so that it gets visitors
 * @param trouble why it does not run, in Kubernetes' words; empty if nothing is known
 */
record Pod(
        String name,
        String uid,
        String address,
        String node,
        String phase,
        String ownerKind,
        String ownerUid,
        String container,
        boolean isLeaving,
        boolean isReady,
        String trouble) {

    static Pod of(JsonNode pod) {
        JsonNode owner =
                Json.list(pod, "metadata", "ownerReferences").stream()
                        .filter(each -> Json.text(each, "controller").equals("true"))
                        .findFirst()
                        .orElse(Json.object(Map.of()));
        return new Pod(
                Json.text(pod, "metadata", "name"),
                Json.text(pod, "metadata", "uid"),
                Json.text(pod, "status", "podIP"),
                Json.text(pod, "spec", "nodeName"),
                Json.text(pod, "status", "phase"),
                Json.text(owner, "kind"),
                Json.text(owner, "uid"),
                container(pod),
                !Json.text(pod, "metadata", "deletionTimestamp").isEmpty(),
                hasCondition(pod, "Ready", "True"),
                ApiRequest.line(trouble(pod)));
    }

    private static boolean hasCondition(JsonNode pod, String type, String status) {
        return Json.list(pod, "status", "conditions").stream()
                .anyMatch(
                        each ->
                                Json.text(each, "type").equals(type)
                                        && Json.text(each, "status").equals(status));
    }

    private static String container(JsonNode pod) {
        String chosen =
                Json.text(
                        pod, "metadata", "annotations", "kubectl.kubernetes.io/default-container");
        List<JsonNode> all = Json.list(pod, "spec", "containers");
        return chosen.isEmpty() && !all.isEmpty() ? Json.text(all.getFirst(), "name") : chosen;
    }

    /** Whether a container has been started. */
    boolean isRunning() {
        return phase.equals("Running") && !isLeaving;
    }

    /** Whether its containers have ended, and none will be started again. */
    boolean hasEnded() {
        return phase.equals("Failed") || phase.equals("Succeeded");
    }

    private static String trouble(JsonNode pod) {
        for (JsonNode condition : Json.list(pod, "status", "conditions")) {
            if (Json.text(condition, "type").equals("PodScheduled")
                    && Json.text(condition, "status").equals("False")) {
                return "no node takes it: " + Json.text(condition, "message");
            }
        }
        for (String kind : new String[] {"initContainerStatuses", "containerStatuses"}) {
            for (JsonNode container : Json.list(pod, "status", kind)) {
                String trouble = trouble(Json.text(container, "name"), Json.at(container, "state"));
                if (!trouble.isEmpty()) {
                    return trouble;
                }
            }
        }
        return Json.text(pod, "status", "message");
    }

    private static String trouble(String container, JsonNode state) {
        String waiting = Json.text(state, "waiting", "reason");
        if (!waiting.isEmpty()
                && !waiting.equals("ContainerCreating")
                && !waiting.equals("PodInitializing")) {
            return "container %s: %s %s"
                    .formatted(container, waiting, Json.text(state, "waiting", "message"));
        }
        String status = Json.text(state, "terminated", "exitCode");
        return status.isEmpty() || status.equals("0")
                ? ""
                : "container %s has ended with exit status %s".formatted(container, status);
    }
}
