package dev.forwardguard.edge.apply;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Changes as transactions, in their order. The last one raises the canary, too. */
sealed interface Plan {
    /**
     * The changes of each transaction.
     *
     * @param transactions at least one; the last one may be empty
     */
    record Possible(List<List<Change>> transactions) implements Plan {}

    /**
     * Some changes must happen at the same time, and do not fit.
     *
     * @param size of these changes
     */
    record Impossible(Size size) implements Plan {}

    /** Fills transactions with steps as far as the limits let it. */
    static Plan of(Difference difference, Root root, Limits limits) {
        Size canary = canary(difference, root);
        Size everything = Size.of(difference.changes(), root).plus(canary);
        if (everything.isWithin(limits)) {
            return new Possible(List.of(difference.changes()));
        }
        List<List<Change>> transactions = new ArrayList<>();
        List<Change> current = new ArrayList<>();
        Size filled = canary;
        for (Set<Change> step : Phases.of(difference)) {
            Size size = Size.of(step, root);
            if (!size.plus(canary).isWithin(limits)) {
                return new Impossible(size.plus(canary));
            }
            if (!filled.plus(size).isWithin(limits)) {
                transactions.add(List.copyOf(current));
                current.clear();
                filled = canary;
            }
            current.addAll(step);
            filled = filled.plus(size);
        }
        transactions.add(List.copyOf(current));
        return new Possible(transactions);
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
