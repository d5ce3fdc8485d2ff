package dev.forwardguard.edge.apply;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Changes as transactions, in their order. The last one raises the canary, too. */
sealed interface Plan {
    /**
     * All fits.
     *
     * @param transactions at least one; the last one may be empty
     */
    record Possible(List<Part> transactions) implements Plan {}

    /**
     * What is written by one transaction.
     *
     * @param needed the keys that must still be there, though they do not change
     */
    record Part(List<Change> changes, SortedSet<String> needed) {
        public Part {
            changes = List.copyOf(changes);
            needed = Collections.unmodifiableSortedSet(new TreeSet<>(needed));
        }

        private static Part of(List<Change> changes, Needs needs) {
            return new Part(changes, needs.of(changes).navigableKeySet());
        }
    }

    /**
     * Some changes must happen at the same time, and do not fit.
     *
     * @param size of these changes
     */
    record Impossible(Size size) implements Plan {}

    /** Fills transactions with steps as far as the limits let it. */
    static Plan of(Difference difference, Root root, Limits limits) {
        Needs needs = new Needs(difference);
        Size canary = canary(difference, root);
        Size everything = size(difference.changes(), needs, root).plus(canary);
        if (everything.isWithin(limits)) {
            return new Possible(List.of(Part.of(difference.changes(), needs)));
        }
        List<Part> transactions = new ArrayList<>();
        List<Change> current = new ArrayList<>();
        Set<String> compared = new HashSet<>();
        Size filled = canary;
        for (Set<Change> step : Phases.of(difference)) {
            Size alone = size(step, needs, root);
            if (!alone.plus(canary).isWithin(limits)) {
                return new Impossible(alone.plus(canary));
            }
            NavigableMap<String, String> added = needs.of(step);
            added.keySet().removeAll(compared);
            Size size = Size.of(step, root).plus(Size.ofComparisons(added, root));
            if (!filled.plus(size).isWithin(limits)) {
                transactions.add(Part.of(current, needs));
                current.clear();
                compared.clear();
                filled = canary;
                size = alone;
            }
            current.addAll(step);
            compared.addAll(needs.of(step).keySet());
            filled = filled.plus(size);
        }
        transactions.add(Part.of(current, needs));
        return new Possible(transactions);
    }

    private static Size size(Collection<Change> changes, Needs needs, Root root) {
        return Size.of(changes, root).plus(Size.ofComparisons(needs.of(changes), root));
    }

    /** What the canary and the comparison of the whole tree take; room for it is in each one. */
    private static Size canary(Difference difference, Root root) {
        var present = CanaryRoute.present(difference.before().tree());
        var keys = CanaryRoute.keys(difference.before().nextCanary());
        int bytes = Size.bytes(keys, root) + 2 * Size.bytes(present, root);
        return new Size(
                keys.size() + present.size(), present.size() + 2, bytes + 2 * root.key().length());
    }
}
