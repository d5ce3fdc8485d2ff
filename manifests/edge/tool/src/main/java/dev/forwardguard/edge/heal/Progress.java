package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.Workload.Kind;

import io.micronaut.json.tree.JsonNode;

/** How far the rollout of a workload is, by its status. */
record Progress(Kind kind, JsonNode object) {
    /** Whether all pods are of the current template, available, and no others are left. */
    boolean isComplete() {
        return !isRollingOut()
                && switch (kind) {
                    case DEPLOYMENT -> status("availableReplicas") == replicas();
                    case DAEMON_SET ->
                            status("numberAvailable") == status("desiredNumberScheduled");
                };
    }

    /** Whether pods of an earlier template are left, as far as the controller has seen. */
    boolean isRollingOut() {
        boolean isSeen =
                status("observedGeneration") >= Json.number(object, 0, "metadata", "generation");
        return !isSeen
                || switch (kind) {
                    case DEPLOYMENT ->
                            status("updatedReplicas") != replicas()
                                    || status("replicas") != replicas();
                    case DAEMON_SET ->
                            status("updatedNumberScheduled") != status("desiredNumberScheduled");
                };
    }

    /** Why no pod is created, in Kubernetes' words; empty if nothing is known. */
    String trouble() {
        return Json.list(object, "status", "conditions").stream()
                .filter(each -> Json.text(each, "type").equals("ReplicaFailure"))
                .filter(each -> Json.text(each, "status").equals("True"))
                .map(each -> ApiRequest.line(Json.text(each, "message")))
                .findFirst()
                .orElse("");
    }

    private long replicas() {
        return Json.number(object, 1, "spec", "replicas");
    }

    private long status(String field) {
        return Json.number(object, 0, "status", field);
    }
}
