package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;
import dev.forwardguard.edge.heal.Workload.Kind;

import io.micronaut.json.tree.JsonNode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One workload and its gateways, with controllers that do one step in each second. A gateway is
 * ready when its canary shows something, as in a cluster.
 */
final class SimulatedEdge implements Cluster, RouteStore, CanaryProbe, Time {
    private static final Duration STEP = Duration.ofSeconds(1);

    /** Creations, deletions and rollouts, in order. */
    final List<String> events = new ArrayList<>();

    final List<String> lines = new ArrayList<>();
    final Map<String, Reading> readings = new HashMap<>();

    /** Names of gateways that somebody else has deleted, and that have not ended. */
    final Set<String> leaving = new HashSet<>();

    /** Names of gateways that get no visitors yet, whatever they show. */
    final Set<String> unready = new HashSet<>();

    private final Map<String, SimulatedPod> pods = new LinkedHashMap<>();
    private final Kind kind;
    private final boolean surges;
    private final List<Runnable> atCreation = new ArrayList<>();
    private final Map<String, Runnable> atEnd = new HashMap<>();
    private final List<Runnable> atPause = new ArrayList<>();

    /** What a gateway shows that starts now. */
    Reading fresh;

    Snapshot routes;
    boolean isEtcdDown;
    String log = "";
    private String restartedAt = "";

    /** How many gateways are wanted beside those that are there. */
    int missing;

    private int names;
    private long nanos;

    private record SimulatedPod(Pod pod, String template) {}

    SimulatedEdge(Kind kind, boolean surges, long revision) {
        this.kind = kind;
        this.surges = surges;
        apply(revision);
    }

    /** New routes, which a fresh gateway shows. */
    void apply(long revision) {
        routes = new Snapshot(OptionalLong.of(revision), Map.of("http/routers/a/rule", revision));
        fresh = new Reading.Shows(revision);
    }

    /** A running gateway, and what it shows. */
    String gateway(Reading reading) {
        String name = "gateway-" + ++names;
        add(name, kind == Kind.DEPLOYMENT ? "ReplicaSet" : "DaemonSet", reading, restartedAt);
        return name;
    }

    private Pod add(String name, String owner, Reading reading, String template) {
        var pod =
                new Pod(
                        name,
                        "uid-" + name,
                        name,
                        "node-" + name,
                        "Running",
                        owner,
                        "uid",
                        "traefik",
                        false,
                        true,
                        "");
        pods.put(name, new SimulatedPod(pod, template));
        readings.put(name, reading);
        return pod;
    }

    /** Does something when the next pod is created. */
    void atNextCreation(Runnable action) {
        atCreation.add(action);
    }

    /** Does something after the next pause. */
    void atNextPause(Runnable action) {
        atPause.add(action);
    }

    /** Does something when a rollout ends this gateway. */
    void atNextEnd(String name, Runnable action) {
        atEnd.put(name, action);
    }

    void vanish(String name) {
        pods.remove(name);
    }

    List<String> names() {
        return List.copyOf(pods.keySet());
    }

    void heal() {
        heal(false);
    }

    void heal(boolean dryRun) {
        var options =
                new Heal.Options("gateway", Duration.ofMinutes(1), Duration.ofMinutes(2), dryRun);
        new Heal(new Edge(this, this, this, this, lines::add), options).run();
    }

    private boolean isOld(SimulatedPod pod) {
        return !pod.pod().ownerKind().isEmpty() && !pod.template().equals(restartedAt);
    }

    private boolean isReady(SimulatedPod pod) {
        return readings.get(pod.pod().name()) instanceof Reading.Shows;
    }

    private long count(boolean old) {
        return pods.values().stream()
                .filter(each -> !each.pod().ownerKind().isEmpty() && isOld(each) == old)
                .count();
    }

    /**
     * As Kubernetes with maxSurge 1: a new one if none waits; when it is ready, an old one goes.
     */
    private void roll() {
        var waiting =
                pods.values().stream()
                        .filter(each -> !each.pod().ownerKind().isEmpty() && !isReady(each))
                        .toList();
        var unready = waiting.stream().filter(this::isOld).findFirst();
        var old = pods.values().stream().filter(this::isOld).findFirst();
        if (unready.isPresent()) {
            end(unready.get().pod().name());
        } else if (waiting.isEmpty() && old.isPresent() && count(false) > 0) {
            end(old.get().pod().name());
            if (count(true) > 0) {
                create();
            }
        } else if (waiting.isEmpty() && old.isPresent()) {
            create();
        }
    }

    private void end(String name) {
        events.add("end " + name);
        pods.remove(name);
        Runnable action = atEnd.remove(name);
        if (action != null) {
            action.run();
        }
    }

    private String create() {
        List<Runnable> actions = List.copyOf(atCreation);
        atCreation.clear();
        actions.forEach(Runnable::run);
        String name = gateway(isEtcdDown ? new Reading.NoCanary(404) : fresh);
        events.add("start " + name);
        return name;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void pause() {
        nanos += STEP.toNanos();
        List<Runnable> actions = List.copyOf(atPause);
        atPause.clear();
        actions.forEach(Runnable::run);
        if (surges) {
            roll();
        }
    }

    @Override
    public Snapshot read() {
        if (isEtcdDown) {
            throw new HealException(Reason.UNREACHABLE, "etcd does not answer");
        }
        return routes;
    }

    @Override
    public Reading ask(String address) {
        return readings.getOrDefault(address, new Reading.Silent("gone"));
    }

    @Override
    public Optional<Workload> workload(Kind wanted, String name) {
        return wanted == kind ? Optional.of(current()) : Optional.empty();
    }

    @Override
    public Workload refreshed(Workload workload) {
        return current();
    }

    private Workload current() {
        long ready =
                pods.values().stream()
                        .filter(each -> !each.pod().ownerKind().isEmpty() && isReady(each))
                        .count();
        long all = count(true) + count(false);
        String text =
                """
                {"metadata": {"name": "gateway", "uid": "uid", "generation": 1},
                 "spec": {"replicas": %1$d, "selector": {"matchLabels": {"a": "b"}},
                   "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": %2$d, "maxSurge": 1}},
                   "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": %2$d, "maxSurge": %3$d}},
                   "template": {"metadata": {"annotations": {"%4$s": "%5$s"}}, "spec": {"containers": []}}},
                 "status": {"observedGeneration": 1, "replicas": %6$d, "updatedReplicas": %7$d, "availableReplicas": %8$d,
                   "desiredNumberScheduled": %1$d, "updatedNumberScheduled": %7$d, "numberAvailable": %8$d}}
                """
                        .formatted(
                                replicas() + missing,
                                surges ? 0 : 1,
                                surges ? 1 : 0,
                                Workload.RESTARTED,
                                restartedAt,
                                all,
                                count(false),
                                ready);
        return new Workload(kind, Json.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    private long replicas() {
        // one more than wanted while a new one is there besides all old ones
        return count(true) > 0 && count(false) > 0
                ? count(true) + count(false) - 1
                : count(true) + count(false);
    }

    @Override
    public List<Pod> pods(Workload workload) {
        return pods.values().stream()
                .filter(each -> !each.pod().ownerKind().isEmpty())
                .map(this::seen)
                .toList();
    }

    @Override
    public List<Pod> named(String label) {
        return pods.values().stream()
                .map(this::seen)
                .filter(each -> each.ownerKind().isEmpty())
                .toList();
    }

    @Override
    public Pod create(JsonNode pod) {
        String name = "trial-" + ++names;
        List<Runnable> actions = List.copyOf(atCreation);
        atCreation.clear();
        Pod trial = add(name, "", isEtcdDown ? new Reading.NoCanary(404) : fresh, "");
        actions.forEach(Runnable::run);
        events.add("try " + name);
        return trial;
    }

    @Override
    public void delete(Pod pod) {
        if (pods.remove(pod.name()) == null) {
            return;
        }
        boolean isTrial = pod.ownerKind().isEmpty();
        events.add((isTrial ? "forget " : "stop ") + pod.name());
        if (!isTrial) {
            String name = create();
            pods.computeIfPresent(
                    name,
                    (_, each) -> new SimulatedPod(onNode(each.pod(), pod.node()), restartedAt));
        }
    }

    private Pod seen(SimulatedPod simulated) {
        Pod pod = simulated.pod();
        return copy(
                pod,
                pod.node(),
                leaving.contains(pod.name()),
                isReady(simulated) && !unready.contains(pod.name()));
    }

    private static Pod onNode(Pod pod, String node) {
        return copy(pod, node, false, true);
    }

    private static Pod copy(Pod pod, String node, boolean isLeaving, boolean isReady) {
        return new Pod(
                pod.name(),
                pod.uid(),
                pod.address(),
                node,
                pod.phase(),
                pod.ownerKind(),
                pod.ownerUid(),
                "traefik",
                isLeaving,
                isReady,
                "");
    }

    @Override
    public String log(Pod pod) {
        return log;
    }

    @Override
    public Workload annotate(Workload workload, String value) {
        events.add(value.isEmpty() ? "take back" : "restart");
        restartedAt = value;
        return current();
    }
}
