package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which gateways are behind etcd, and stay so. One that does not answer is not known to be: its
 * node may be lost, or the path to it cut, and its visitors may notice nothing.
 */
final class Observation {
    private final Edge edge;
    private final Set<String> silent = new HashSet<>();

    Observation(Edge edge) {
        this.edge = edge;
    }

    /**
     * Looks at the gateways until none is behind what etcd has now, or for this long.
     *
     * @return those that were behind all the time, each with what it shows; first those that serve
     *     nothing
     * @throws HealException if etcd is not well, at the beginning or at the end; or if a gateway is
     *     ahead of it, so that a fresh one would serve older routes or none
     */
    Map<Pod, Reading> stale(Workload workload, Duration behind) {
        long number = edge.store().read().number();
        Map<Pod, Reading> stale = behind(workload, number);
        Time.Deadline end = edge.time().in(behind);
        while (!stale.isEmpty() && !end.isOver()) {
            edge.time().pause();
            Map<Pod, Reading> now = behind(workload, number);
            List<String> before = stale.keySet().stream().map(Pod::uid).toList();
            now.keySet().removeIf(each -> !before.contains(each.uid()));
            stale = now;
        }
        Map<Pod, Reading> shown = shown(workload);
        refuseLostRoutes(shown);
        nameSilent(shown);
        return servingLast(stale);
    }

    private Map<Pod, Reading> behind(Workload workload, long number) {
        Map<Pod, Reading> behind = shown(workload);
        behind.values()
                .removeIf(
                        each ->
                                each instanceof Reading.Silent
                                        || CanaryProbe.reaches(each, number));
        return behind;
    }

    /** What each gateway of a workload shows; one whose containers have not started is none yet. */
    Map<Pod, Reading> shown(Workload workload) {
        Map<Pod, Reading> shown = new LinkedHashMap<>();
        for (Pod pod : edge.cluster().pods(workload)) {
            if (pod.isRunning()) {
                shown.put(pod, edge.canary().ask(pod));
            }
        }
        return shown;
    }

    /** etcd is asked after the gateways: an apply in between must not look like a loss. */
    private void refuseLostRoutes(Map<Pod, Reading> shown) {
        long number = edge.store().read().number();
        shown.forEach(
                (pod, each) -> {
                    if (each instanceof Reading.Shows it && it.revision() > number) {
                        throw new HealException(
                                Reason.STALE,
                                "%s shows %d, etcd has only %d: it has lost its data or was restored. Nothing is replaced, since a fresh gateway would serve what etcd has now; apply the routes first, see manifests/edge/README.md, \"Restore\""
                                        .formatted(pod.name(), it.revision(), number));
                    }
                });
    }

    private void nameSilent(Map<Pod, Reading> shown) {
        shown.forEach(
                (pod, each) -> {
                    if (each instanceof Reading.Silent it && silent.add(pod.uid())) {
                        edge.out()
                                .accept(
                                        "%s does not answer (%s), and is left alone: look at its node, and at what is between"
                                                .formatted(pod.name(), it.reason()));
                    }
                });
    }

    private static Map<Pod, Reading> servingLast(Map<Pod, Reading> stale) {
        return stale.entrySet().stream()
                .sorted(
                        (one, other) ->
                                Boolean.compare(serves(one.getValue()), serves(other.getValue())))
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                Map.Entry::getValue,
                                (one, _) -> one,
                                LinkedHashMap::new));
    }

    private static boolean serves(Reading shown) {
        return shown instanceof Reading.Shows;
    }
}
