package dev.forwardguard.edge.heal;

import io.micronaut.json.tree.JsonNode;

import java.util.List;
import java.util.Optional;

/** The gateways' namespace in a Kubernetes cluster. All methods may throw {@link HealException}. */
interface Cluster {
    /** The Deployment or DaemonSet of this name. */
    Optional<Workload> workload(Workload.Kind kind, String name);

    /** Reads a workload again. */
    Workload refreshed(Workload workload);

    /** The pods that a workload has made, also those that are leaving. */
    List<Pod> pods(Workload workload);

    /** The pods with the value of the label {@code app.kubernetes.io/name}. */
    List<Pod> named(String label);

    Pod create(JsonNode pod);

    /** Deletes this pod, not another of the same name; nothing happens if it is gone. */
    void delete(Pod pod);

    /** The last lines of what its gateway has printed. */
    String log(Pod pod);

    /**
     * Sets the annotation of {@link Workload#RESTARTED} in the template.
     *
     * @param value empty to remove it
     * @throws ApiException with {@link ApiException#isConflict} if the workload was changed after
     *     it had been read
     */
    Workload annotate(Workload workload, String value);
}
