package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;

import java.time.Duration;
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
     * @throws HealException if one does not show the routes in time: those after it stay
     */
    void replace(Workload workload, Set<Pod> stale, Trial trial) {
        for (Pod pod : stale) {
            Workload now = edge.cluster().refreshed(workload);
            long number = trial.ensure(now).number();
            if (CanaryProbe.reaches(edge.canary().ask(pod), number)) {
                continue; // it has recovered meanwhile
            }
            Set<String> known =
                    edge.cluster().pods(now).stream().map(Pod::uid).collect(Collectors.toSet());
            edge.out().accept(pod.name() + " is replaced");
            edge.cluster().delete(pod);
            awaitSuccessor(now, pod, known, number);
        }
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
