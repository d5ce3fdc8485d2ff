package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.apply.Change.Kind;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The order of changes that do not fit into one transaction. After each step every router has all
 * that it names, and each request is taken by the router that took it before, or by the one that
 * takes it in the end; never by a third one, which may be wider and open.
 *
 * <ol>
 *   <li>New middlewares, services and so on, which nothing names yet.
 *   <li>New routers, those of high priority first: one of low priority must not take what is meant
 *       for one that is not there yet.
 *   <li>What is replaced, in {@link Bundles}.
 *   <li>Routers that take other requests than before, with all that this could uncover: {@link
 *       Takeovers}.
 *   <li>Routers that go, those of low priority first.
 *   <li>Everything else that goes.
 * </ol>
 *
 * <p>Where that is not enough ({@link OneStep}), all routers change in one step, with all that is
 * replaced.
 */
final class Phases {
    private Phases() {}

    /** The steps in their order; what is in one step must be written in one transaction. */
    static List<Set<Change>> of(Difference difference) {
        Collection<Bundle> bundles = new Bundles(difference).all();
        Set<Change> bundled = new HashSet<>();
        bundles.forEach(each -> bundled.addAll(each.changes()));
        if (OneStep.isNeeded(difference)) {
            return around(bundled, difference);
        }
        List<Change> alone =
                difference.changes().stream().filter(each -> !bundled.contains(each)).toList();
        List<Change> routers = alone.stream().filter(Change::isOfRouter).toList();
        Takeovers takeovers = new Takeovers(difference, bundles, routers);

        List<Set<Change>> steps = new ArrayList<>();
        others(alone, Kind.ADD).forEach(each -> steps.add(Set.of(each)));
        takeovers.added().forEach(each -> steps.add(each.changes()));
        takeovers.replaced().forEach(each -> steps.add(each.changes()));
        takeovers.moved().forEach(each -> steps.add(each.changes()));
        takeovers.deleted().forEach(each -> steps.add(each.changes()));
        others(alone, Kind.DELETE).forEach(each -> steps.add(Set.of(each)));
        return steps;
    }

    private static List<Set<Change>> around(Set<Change> bundled, Difference difference) {
        Set<Change> together = new LinkedHashSet<>();
        List<Change> alone = new ArrayList<>();
        for (Change each : difference.changes()) {
            boolean joins = each.isOfRouter() || each.isOfTlsOptions() || bundled.contains(each);
            (joins ? together : alone).add(each);
        }
        List<Set<Change>> steps = new ArrayList<>();
        others(alone, Kind.ADD).forEach(each -> steps.add(Set.of(each)));
        steps.add(together);
        others(alone, Kind.DELETE).forEach(each -> steps.add(Set.of(each)));
        return steps;
    }

    /** No router uses them at that time, so their order does not matter. */
    private static List<Change> others(List<Change> alone, Kind kind) {
        return alone.stream()
                .filter(Predicate.not(Change::isOfRouter))
                .filter(each -> each.kind() == kind)
                .toList();
    }
}
