package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.heal.HealException.Reason;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rollout with surge, as by {@code kubectl rollout restart}: Kubernetes stops an old gateway only
 * once a new one is ready. All gateways are replaced, also those that are not behind; a rollout
 * knows no single ones.
 */
final class Rollout {
    private static final int TRIES = 10;

    private final Edge edge;
    private final Duration limit;

    /** With the time that each new gateway may take until it shows the routes. */
    Rollout(Edge edge, Duration limit) {
        this.edge = edge;
        this.limit = limit;
    }

    /**
     * Waits for the end of a rollout that is under way, whoever has begun it.
     *
     * @throws HealException if it does not end in time
     */
    void awaitEnd(Workload workload) {
        edge.out().accept("a rollout of " + workload + " is under way; waiting for its end");
        Time.Deadline end = edge.time().in(limit);
        while (edge.cluster().refreshed(workload).progress().isRollingOut()) {
            if (end.isOver()) {
                throw new HealException(
                        Reason.STALE,
                        "a rollout of %1$s is under way and does not end: kubectl rollout status %1$s. Nothing was begun beside it"
                                .formatted(workload));
            }
            edge.time().pause();
        }
    }

    /**
     * Replaces all gateways, and returns when all new ones show the routes.
     *
     * @throws HealException if the first new one does not in time: the rollout is taken back. If a
     *     later one does not, the rollout stays as it is: Kubernetes waits for that gateway
     */
    void restart(Workload workload, Trial trial) {
        for (int attempt = 1; ; attempt++) {
            Workload before = edge.cluster().refreshed(workload);
            Set<String> old =
                    edge.cluster().pods(before).stream().map(Pod::uid).collect(Collectors.toSet());
            long number = trial.ensure(before).number();
            try {
                Workload restarted =
                        edge.cluster().annotate(before, edge.time().instant().toString());
                edge.out().accept(workload + " restarts its gateways, one after another");
                follow(before, restarted, old, number);
                return;
            } catch (ApiException e) {
                // its status has changed, most likely
                if (!e.isConflict() || attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    private void follow(Workload before, Workload restarted, Set<String> old, long number) {
        Set<String> proven = new HashSet<>();
        Time.Deadline end = edge.time().in(limit);
        while (true) {
            boolean isComplete = edge.cluster().refreshed(restarted).progress().isComplete();
            List<Pod> fresh = fresh(restarted, old);
            for (Pod pod : fresh) {
                if (!proven.contains(pod.uid())
                        && CanaryProbe.reaches(edge.canary().ask(pod), number)) {
                    proven.add(pod.uid());
                    edge.out().accept(pod.name() + " shows revision " + number);
                    end = edge.time().in(limit);
                }
            }
            List<Pod> waiting =
                    fresh.stream().filter(each -> !proven.contains(each.uid())).toList();
            if (isComplete && waiting.isEmpty() && !fresh.isEmpty()) {
                return;
            }
            if (end.isOver()) {
                giveUp(before, restarted, waiting, proven.size(), number);
            }
            edge.time().pause();
        }
    }

    private List<Pod> fresh(Workload workload, Set<String> old) {
        return edge.cluster().pods(workload).stream()
                .filter(each -> !each.isLeaving() && !old.contains(each.uid()))
                .toList();
    }

    private void giveUp(
            Workload before, Workload restarted, List<Pod> waiting, int proven, long number) {
        String line =
                "a new gateway does not show revision %d: %s. "
                        .formatted(number, reason(restarted, waiting));
        if (proven > 0) {
            throw new HealException(
                    Reason.STALE,
                    line
                            + "%d gateways were replaced; Kubernetes stops no other before a new one is ready"
                                    .formatted(proven));
        }
        throw new HealException(Reason.STALE, line + takeBack(before, restarted, waiting));
    }

    private String reason(Workload workload, List<Pod> waiting) {
        if (waiting.isEmpty()) {
            String trouble = edge.cluster().refreshed(workload).progress().trouble();
            return trouble.isEmpty() ? "Kubernetes starts none" : trouble;
        }
        Pod pod = waiting.getFirst();
        return pod.name() + ": " + edge.diagnosis().of(pod, edge.canary().ask(pod));
    }

    /** The old pods are of the template of before, so they stay, and what is new goes. */
    private String takeBack(Workload before, Workload restarted, List<Pod> waiting) {
        for (int attempt = 1; ; attempt++) {
            Workload now = edge.cluster().refreshed(restarted);
            if (!now.template().equals(restarted.template())) {
                return "Somebody has changed "
                        + restarted
                        + " meanwhile, so the rollout was not taken back";
            }
            try {
                edge.cluster().annotate(now, before.restartedAt());
                break;
            } catch (ApiException e) {
                if (!e.isConflict() || attempt == TRIES) {
                    throw e;
                }
            }
        }
        awaitGone(restarted, waiting.stream().map(Pod::uid).collect(Collectors.toSet()));
        return "The rollout was taken back, and nothing was stopped";
    }

    private void awaitGone(Workload workload, Set<String> pods) {
        Time.Deadline end = edge.time().in(limit);
        while (!end.isOver()
                && edge.cluster().pods(workload).stream()
                        .anyMatch(each -> !each.isLeaving() && pods.contains(each.uid()))) {
            edge.time().pause();
        }
    }
}
