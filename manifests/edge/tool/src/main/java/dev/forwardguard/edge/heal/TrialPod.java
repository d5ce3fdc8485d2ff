package dev.forwardguard.edge.heal;

import io.micronaut.json.tree.JsonNode;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A gateway from a workload's template, beside the others: no Service and no controller selects it,
 * it takes no port of a node and runs on any node that gateways run on. It asks no authority for
 * certificates, which would count against the rate limits there. It is never started a second time.
 */
final class TrialPod {
    /** It ends by itself should nobody be left to delete it. */
    private static final int LONGEST_SECONDS = 3600;

    private static final String NAME = "app.kubernetes.io/name";

    private TrialPod() {}

    /**
     * The value of its label {@code app.kubernetes.io/name}, for which network policies are made.
     */
    static String label(String workload) {
        return workload + "-trial";
    }

    static JsonNode of(Workload workload) {
        JsonNode template = workload.template();
        String label = label(workload.name());
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("generateName", label + "-");
        metadata.put("labels", Json.object(Map.of(NAME, label)));
        metadata.put("annotations", Json.at(template, "metadata", "annotations"));
        metadata.put("ownerReferences", JsonNode.createArrayNode(List.of(workload.owner())));
        return Json.object(
                Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Pod",
                        "metadata",
                        Json.object(metadata),
                        "spec",
                        spec(Json.at(template, "spec"))));
    }

    private static JsonNode spec(JsonNode template) {
        JsonNode spec =
                Json.without(
                        template, Set.of("hostNetwork", "topologySpreadConstraints", "affinity"));
        JsonNode nodes = Json.at(template, "affinity", "nodeAffinity");
        if (nodes.size() > 0) {
            spec = Json.with(spec, Map.of("affinity", Json.object(Map.of("nodeAffinity", nodes))));
        }
        spec =
                Json.with(
                        spec,
                        Map.of(
                                "restartPolicy",
                                "Never",
                                "activeDeadlineSeconds",
                                LONGEST_SECONDS,
                                // it has no visitors to wait for
                                "terminationGracePeriodSeconds",
                                1));
        spec = Json.withEach(spec, "volumes", TrialPod::volume);
        spec = Json.withEach(spec, "initContainers", TrialPod::container);
        return Json.withEach(spec, "containers", TrialPod::container);
    }

    /** A claim may be bound to one node, and what is in it belongs to the gateways that serve. */
    private static JsonNode volume(JsonNode volume) {
        return Json.fields(volume).containsKey("persistentVolumeClaim")
                ? Json.with(
                        Json.without(volume, Set.of("persistentVolumeClaim")),
                        Map.of("emptyDir", Json.object(Map.of())))
                : volume;
    }

    private static JsonNode container(JsonNode container) {
        JsonNode changed =
                Json.withEach(
                        container,
                        "ports",
                        port -> Json.without(port, Set.of("hostPort", "hostIP")));
        changed =
                Json.withoutSome(
                        changed,
                        "args",
                        argument -> asksForCertificates(argument.coerceStringValue()));
        return Json.withoutSome(
                changed, "env", variable -> asksForCertificates(Json.text(variable, "name")));
    }

    private static boolean asksForCertificates(String option) {
        String name = option.toLowerCase(Locale.ROOT);
        return name.startsWith("--certificatesresolvers.")
                || name.startsWith("traefik_certificatesresolvers_");
    }
}
