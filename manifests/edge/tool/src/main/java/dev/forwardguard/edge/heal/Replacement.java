package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Replaces the gateways of a DaemonSet that cannot surge, for example because they use ports of
 * their nodes: each is stopped before its successor starts on the same node, one after another.
 */
final class Replacement {
    private final Edge edge;
    private final Duration limit;

    /** With the time that each new gateway may take until it shows the routes. */
    Replacement(Edge edge, Duration limit) {
        this.edge = edge;
        this.limit = limit;
    }

    /**
     * Replaces these gateways, each after a trial of the routes that are in etcd then.
     *
     * @throws HealException if one does not show the routes in time, or none may be stopped for too
     *     long: those after it stay
     */
    void replace(Workload workload, Set<Pod> stale, Trial trial) {
        stale.forEach(pod -> replace(workload, pod, trial));
    }

    private void replace(Workload workload, Pod pod, Trial trial) {
        Time.Deadline end = edge.time().in(limit.plusSeconds(workload.graceSeconds()));
        while (true) {
            Workload now = edge.cluster().refreshed(workload);
            long number = trial.ensure(now).number();
            Reading shown = edge.canary().ask(pod);
            List<Pod> all = edge.cluster().pods(now);
            if (!needsReplacement(pod, shown, number, all)) {
                return;
            }
            String obstacle = obstacle(edge.cluster().refreshed(now), pod, shown, all);
            if (obstacle.isEmpty()) {
                edge.out().accept(pod.name() + " is replaced");
                edge.cluster().delete(pod);
                Set<String> known = all.stream().map(Pod::uid).collect(Collectors.toSet());
                awaitSuccessor(now, pod, known, number);
                return;
            }
            if (end.isOver()) {
                throw new HealException(
                        Reason.STALE,
                        "%s is behind, but %s: two gateways must not be stopped at once, so it was not touched"
                                .formatted(pod.name(), obstacle));
            }
            edge.time().pause();
        }
    }

    /** It may have recovered meanwhile, have been deleted by somebody else, or lost its node. */
    private boolean needsReplacement(Pod pod, Reading shown, long number, List<Pod> all) {
        boolean isThere =
                all.stream().anyMatch(each -> each.uid().equals(pod.uid()) && !each.isLeaving());
        if (isThere && shown instanceof Reading.Silent it) {
            edge.out()
                    .accept(
                            "%s does not answer any more (%s), and is left alone"
                                    .formatted(pod.name(), it.reason()));
        }
        return isThere && !(shown instanceof Reading.Silent) && !CanaryProbe.reaches(shown, number);
    }

    /**
     * Why a gateway must not be stopped now; empty if it may. One that serves nothing may also be
     * stopped while others serve nothing: all of them may be behind.
     */
    private static String obstacle(Workload workload, Pod pod, Reading shown, List<Pod> all) {
        List<Pod> others = all.stream().filter(each -> !each.uid().equals(pod.uid())).toList();
        Optional<Pod> leaving = others.stream().filter(Pod::isLeaving).findFirst();
        if (leaving.isPresent()) {
            return leaving.get().name() + " is being stopped";
        }
        if (!(shown instanceof Reading.Shows)) {
            return "";
        }
        Optional<Pod> unready = others.stream().filter(each -> !each.isReady()).findFirst();
        if (unready.isPresent()) {
            return unready.get().name() + " is not ready";
        }
        if (all.size() < workload.wantedPods()) {
            return "%s has %d of %d gateways"
                    .formatted(workload, all.size(), workload.wantedPods());
        }
        return workload.replacesItsPods() && workload.progress().isRollingOut()
                ? "a rollout of " + workload + " is under way"
                : "";
    }

    private void awaitSuccessor(Workload workload, Pod old, Set<String> known, long number) {
        Time.Deadline end = edge.time().in(limit.plusSeconds(workload.graceSeconds()));
        while (true) {
            var successor =
                    edge.cluster().pods(workload).stream()
                            .filter(
                                    each ->
                                            each.node().equals(old.node())
                                                    && !known.contains(each.uid()))
                            .filter(each -> !each.isLeaving())
                            .findFirst();
            Reading shown =
                    successor.map(edge.canary()::ask).orElse(new Reading.Silent("there is none"));
            if (successor.isPresent() && CanaryProbe.reaches(shown, number)) {
                edge.out().accept(successor.get().name() + " shows revision " + shown.text());
                return;
            }
            if (end.isOver()) {
                String why =
                        successor
                                .map(each -> edge.diagnosis().of(each, shown))
                                .orElse("there is none on its node " + old.node());
                throw new HealException(
                        Reason.STALE,
                        "the successor of %s does not show revision %d: %s. The others were not touched"
                                .formatted(old.name(), number, why));
            }
            edge.time().pause();
        }
    }
}
