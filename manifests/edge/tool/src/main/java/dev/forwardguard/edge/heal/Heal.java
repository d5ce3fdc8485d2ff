package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;
import dev.forwardguard.edge.heal.Workload.Kind;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Finds the gateways that are behind, and replaces them. */
public final class Heal {
    private final Edge edge;
    private final Options options;

    Heal(Edge edge, Options options) {
        this.edge = edge;
        this.options = options;
    }

    /**
     * What to heal.
     *
     * @param name of the gateways' Deployment or DaemonSet; where there are both, both
     * @param behind how long a gateway must have been behind
     * @param timeout how long a new gateway may take until it shows the routes
     * @param isDryRun whether nothing is created, changed or deleted
     */
    public record Options(String name, Duration behind, Duration timeout, boolean isDryRun) {
        public Options {
            if (behind.isNegative() || !timeout.isPositive()) {
                throw new HealException(Reason.INVALID, "--behind and --timeout must be positive");
            }
        }
    }

    /**
     * Heals the gateways of a namespace.
     *
     * @param out takes lines for people
     * @throws HealException if not all gateways show in the end what etcd has
     */
    public static void run(
            ApiAccess access,
            String namespace,
            RouteStore store,
            Options options,
            Consumer<String> out) {
        try (var server = new ApiServer(access, Time.SYSTEM);
                var canary = new PodCanaries()) {
            var cluster = new KubernetesCluster(server, namespace);
            new Heal(new Edge(cluster, store, canary, Time.SYSTEM, out), options).run();
        }
    }

    void run() {
        List<Workload> workloads =
                Stream.of(Kind.values())
                        .map(kind -> edge.cluster().workload(kind, options.name()))
                        .flatMap(Optional::stream)
                        .toList();
        if (workloads.isEmpty()) {
            throw new HealException(
                    Reason.INVALID,
                    "there is no Deployment or DaemonSet named "
                            + options.name()
                            + " in this namespace");
        }
        workloads.forEach(Heal::require);
        workloads.forEach(this::heal);
    }

    private static void require(Workload workload) {
        if (workload.isPaused()) {
            throw new HealException(
                    Reason.INVALID, workload + " is paused: kubectl rollout resume " + workload);
        }
        if (workload.kind() == Kind.DEPLOYMENT && !workload.surges()) {
            throw new HealException(
                    Reason.INVALID,
                    workload
                            + " must have maxUnavailable: 0 and a maxSurge: otherwise Kubernetes stops gateways before new ones are ready");
        }
    }

    private void heal(Workload workload) {
        var observation = new Observation(edge);
        Map<Pod, Reading> stale = observation.stale(workload, options.behind());
        stale.forEach(
                (pod, shown) -> edge.out().accept(pod.name() + " is behind: " + shown.text()));
        if (options.isDryRun()) {
            endDryRun(stale.size());
            return;
        }
        try (var trial = new Trial(edge, workload.name(), options.timeout())) {
            trial.removeOthers();
            if (!stale.isEmpty()) {
                replace(workload, stale, observation, trial);
            }
        }
        edge.out().accept("no gateway of " + workload + " that answers is behind");
    }

    private static void endDryRun(int stale) {
        if (stale > 0) {
            throw new HealException(
                    Reason.STALE,
                    "gateways that are behind: " + stale + "; with --dry-run nothing is replaced");
        }
    }

    private void replace(
            Workload workload, Map<Pod, Reading> stale, Observation observation, Trial trial) {
        trial.ensure(edge.cluster().refreshed(workload));
        Workload now = edge.cluster().refreshed(workload);
        if (!now.surges()) {
            new Replacement(edge, options.timeout()).replace(now, stale.keySet(), trial);
            return;
        }
        var rollout = new Rollout(edge, options.timeout());
        if (now.progress().isRollingOut()) {
            rollout.awaitEnd(now);
            // as at first: right after an apply every gateway is behind for a moment
            if (observation.stale(now, options.behind()).isEmpty()) {
                return;
            }
        }
        rollout.restart(now, trial);
    }
}
