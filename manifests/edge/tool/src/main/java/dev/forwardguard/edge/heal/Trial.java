package dev.forwardguard.edge.heal;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.HealException.Reason;

import io.micronaut.json.tree.JsonNode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/** A gateway that is started to see whether one that starts now serves what etcd has. */
final class Trial implements AutoCloseable {
    /**
     * Each start takes seconds; who changes the routes more often than that does not want to heal.
     */
    private static final int MOST_STARTS = 4;

    private final Edge edge;
    private final Duration limit;
    private final String label;
    private final Thread atExit = new Thread(this::removeAtExit, "trial");
    private volatile @Nullable Pod pod;
    private @Nullable Snapshot proven;
    private @Nullable JsonNode template;

    /**
     * Nothing is started yet.
     *
     * @param limit how long a gateway may take until it shows the routes
     */
    Trial(Edge edge, String workload, Duration limit) {
        this.edge = edge;
        this.limit = limit;
        this.label = TrialPod.label(workload);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Removes what a run that was killed has left, or another one that still runs and now stops.
     */
    void removeOthers() {
        edge.cluster().named(label).forEach(edge.cluster()::delete);
    }

    /**
     * Makes sure that a gateway of this template that starts now becomes ready and shows what etcd
     * has now. Once that was seen it is not tried again until the routes or the template change.
     *
     * @return what etcd has
     * @throws HealException if it does not, etcd does not answer, or another heal has taken over
     */
    Snapshot ensure(Workload workload) {
        for (int starts = 0; starts <= MOST_STARTS; starts++) {
            Snapshot now = edge.store().read();
            if (now.equals(proven) && workload.template().equals(template)) {
                own();
                return now;
            }
            if (starts < MOST_STARTS) {
                start(workload, now);
            }
        }
        throw new HealException(
                Reason.CONFLICT,
                "the routes in etcd change while gateways are started to try them; nothing was replaced for that reason, try again later");
    }

    private void start(Workload workload, Snapshot routes) {
        proven = null;
        remove();
        pod = edge.cluster().create(TrialPod.of(workload));
        long number = routes.number();
        Time.Deadline end = edge.time().in(limit);
        for (Pod now = own(); ; now = own()) {
            Reading shown = edge.canary().ask(now);
            boolean shows = CanaryProbe.reaches(shown, number);
            if (shows && now.isReady()) {
                break;
            }
            if (now.hasEnded() || end.isOver()) {
                String problem =
                        shows
                                ? "shows revision %d, but does not become ready".formatted(number)
                                : "does not show revision %d: %s"
                                        .formatted(number, edge.diagnosis().of(now, shown));
                throw new HealException(
                        Reason.STALE,
                        "a gateway that starts now " + problem + ". So nothing was stopped");
            }
            edge.time().pause();
        }
        edge.out().accept("a gateway that has just been started shows revision " + number);
        proven = routes;
        template = workload.template();
    }

    private Pod own() {
        Pod mine = pod;
        return edge.cluster().named(label).stream()
                .filter(each -> mine != null && each.uid().equals(mine.uid()) && !each.isLeaving())
                .findFirst()
                .orElseThrow(
                        () ->
                                new HealException(
                                        Reason.CONFLICT,
                                        "the trial pod was deleted: another heal has taken over, or somebody has"));
    }

    /** When the program is ended by a signal. */
    private void removeAtExit() {
        try {
            remove();
        } catch (HealException e) {
            edge.out().accept("the trial pod stays: " + e.line());
        }
    }

    private void remove() {
        Pod mine = pod;
        if (mine != null) {
            pod = null;
            edge.cluster().delete(mine);
        }
    }

    /** Deletes the pod. Should that fail, it ends by itself within an hour. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            return; // the program is ending, and the hook does it
        }
        try {
            remove();
        } catch (HealException e) {
            edge.out().accept("the trial pod stays: " + e.line());
            throw e;
        }
    }
}
