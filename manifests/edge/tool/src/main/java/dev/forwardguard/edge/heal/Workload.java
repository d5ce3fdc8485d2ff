package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.HealException.Reason;

import io.micronaut.json.tree.JsonNode;

import java.util.Map;
import java.util.stream.Collectors;

/** A Deployment or DaemonSet of gateways, as it was when it was read. */
record Workload(Kind kind, JsonNode object) {
    /**
     * What {@code kubectl rollout restart} sets: a change of the template that changes nothing
     * else.
     */
    static final String RESTARTED = "kubectl.kubernetes.io/restartedAt";

    /** Kinds of workloads. */
    enum Kind {
        DEPLOYMENT("deployments", "Deployment", "ReplicaSet"),
        DAEMON_SET("daemonsets", "DaemonSet", "DaemonSet");

        private final String resource;
        private final String name;
        private final String podOwner;

        Kind(String resource, String name, String podOwner) {
            this.resource = resource;
            this.name = name;
            this.podOwner = podOwner;
        }

        /** As a Role and a path name it. */
        String resource() {
            return resource;
        }
    }

    String name() {
        return Json.text(object, "metadata", "name");
    }

    /** As people write it. */
    @Override
    public String toString() {
        return kind.resource() + "/" + name();
    }

    String resourceVersion() {
        return Json.text(object, "metadata", "resourceVersion");
    }

    JsonNode template() {
        return Json.at(object, "spec", "template");
    }

    /** When it was restarted last; empty if never. */
    String restartedAt() {
        return Json.text(template(), "metadata", "annotations", RESTARTED);
    }

    /** A reference to it, for an object that is to go with it. Its controller takes no notice. */
    JsonNode owner() {
        return Json.object(
                Map.of(
                        "apiVersion",
                        "apps/v1",
                        "kind",
                        kind.name,
                        "name",
                        name(),
                        "uid",
                        Json.text(object, "metadata", "uid")));
    }

    /** The labels of its pods, as a label selector in a query. */
    String selector() {
        Map<String, JsonNode> labels = Json.fields(object, "spec", "selector", "matchLabels");
        if (labels.isEmpty()
                || !Json.list(object, "spec", "selector", "matchExpressions").isEmpty()) {
            throw new HealException(
                    Reason.INVALID, this + " must select its pods by matchLabels alone");
        }
        return labels.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue().coerceStringValue())
                .collect(Collectors.joining(","));
    }

    /** Whether this pod, which its selector matches, is made by it and not by another workload. */
    boolean owns(Pod pod) {
        String uid = Json.text(object, "metadata", "uid");
        return pod.ownerKind().equals(kind.podOwner)
                && (kind == Kind.DEPLOYMENT || pod.ownerUid().equals(uid));
    }

    /** Whether a rollout starts a new pod before it stops an old one. */
    boolean surges() {
        String field = kind == Kind.DEPLOYMENT ? "strategy" : "updateStrategy";
        JsonNode rolling = Json.at(object, "spec", field, "rollingUpdate");
        return Json.text(object, "spec", field, "type").equals("RollingUpdate")
                && stopsNone(Json.at(rolling, "maxUnavailable"))
                && !isZero(Json.at(rolling, "maxSurge"));
    }

    /** A part of a Deployment's replicas is rounded down, of a DaemonSet's nodes up. */
    private boolean stopsNone(JsonNode maxUnavailable) {
        boolean isLessThanOne =
                kind == Kind.DEPLOYMENT
                        && maxUnavailable.isString()
                        && percent(maxUnavailable) * Json.number(object, 1, "spec", "replicas")
                                < 100;
        return isLessThanOne || isZero(maxUnavailable);
    }

    private static boolean isZero(JsonNode count) {
        return count.isNumber() ? count.getLongValue() == 0 : percent(count) == 0;
    }

    private static long percent(JsonNode part) {
        String text = part.isString() ? part.getStringValue() : "";
        return text.matches("[0-9]{1,3}%")
                ? Long.parseLong(text.substring(0, text.length() - 1))
                : 100;
    }

    /** Whether Kubernetes stops pods of an earlier template by itself. */
    boolean replacesItsPods() {
        String field = kind == Kind.DEPLOYMENT ? "strategy" : "updateStrategy";
        return !Json.text(object, "spec", field, "type").equals("OnDelete");
    }

    /** How many pods a DaemonSet should have. */
    long wantedPods() {
        return Json.number(object, 0, "status", "desiredNumberScheduled");
    }

    /** Whether rollouts are suspended. */
    boolean isPaused() {
        return Json.text(object, "spec", "paused").equals("true");
    }

    /** How far a rollout of it is. */
    Progress progress() {
        return new Progress(kind, object);
    }

    /** How long a pod may take for its end, in seconds. */
    long graceSeconds() {
        return Json.number(template(), 30, "spec", "terminationGracePeriodSeconds");
    }
}
