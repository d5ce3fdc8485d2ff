package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.etcd.EtcdException;

import java.util.List;
import java.util.OptionalInt;

/** Writes a difference: in one transaction, or in phases if the server does not take one. */
public final class Apply {
    private final Store store;
    private final boolean operationsKnown;
    private Limits limits;
    private int written;

    /**
     * @param operations the server's {@code --max-txn-ops}; if it is empty, one transaction is
     *     tried, and etcd's refusal means its usual limits
     */
    public Apply(Store store, OptionalInt operations) {
        this.store = store;
        operationsKnown = operations.isPresent();
        this.limits = Limits.NONE.withOperations(operations.orElse(Integer.MAX_VALUE));
    }

    /** What came of it. */
    public sealed interface Outcome {
        /**
         * All is written.
         *
         * @param canary the number that gateways show once they serve it
         */
        record Written(long canary, int transactions) implements Outcome {}

        /**
         * Somebody else has written meanwhile.
         *
         * @param written how many of the transactions are written; if there are any, the tree is
         *     between the old and the new one, and still in order
         * @param mayBeMore whether one more may have been written: its answer was lost, and now
         *     there is something else
         */
        record Conflict(int written, int transactions, boolean mayBeMore) implements Outcome {}

        /**
         * Some changes must happen at the same time, but the server's limit is lower. Nothing was
         * written.
         */
        record AboveLimit(int operations, int bytes) implements Outcome {}
    }

    /** Raises the number of the canary, and changes nothing else. */
    public Outcome raise(StoredTree tree) {
        return write(new Difference(tree, List.of(), true));
    }

    /**
     * Writes a difference that is not empty.
     *
     * @throws EtcdException if etcd refuses or does not answer; what is written is in order, and
     *     {@link #written} and {@link EtcdException#mayBeDone} tell how much that is
     */
    public Outcome write(Difference difference) {
        while (true) {
            Plan plan = Plan.of(difference, store.root(), limits);
            switch (plan) {
                case Plan.Impossible it -> {
                    return new Outcome.AboveLimit(
                            Math.max(it.size().operations(), it.size().comparisons()),
                            it.size().bytes());
                }
                case Plan.Possible it -> {
                    try {
                        return write(difference.before(), it.transactions());
                    } catch (EtcdException e) {
                        if (written > 0 || e.mayBeDone()) {
                            throw e;
                        }
                        lower(e);
                    }
                }
            }
        }
    }

    /** How many transactions are written. */
    public int written() {
        return written;
    }

    /**
     * A server has the usual limits if it refuses more; a second refusal is final. Both limits at
     * once: a later phase must not be refused when others are written.
     */
    private void lower(EtcdException e) {
        Limits usual = limits.withBytes(Limits.USUAL_BYTES);
        Limits lower =
                switch (e.failure()) {
                    case TOO_MANY_OPERATIONS -> usual.withOperations(Limits.USUAL_OPERATIONS);
                    case TOO_LARGE ->
                            operationsKnown ? usual : usual.withOperations(Limits.USUAL_OPERATIONS);
                    default -> throw e;
                };
        if (lower.equals(limits)) {
            throw e;
        }
        limits = lower;
    }

    private Outcome write(StoredTree before, List<Plan.Part> transactions) {
        long revision = before.revision();
        for (int i = 0; i < transactions.size(); i++) {
            boolean last = i == transactions.size() - 1;
            Store.Result result = store.write(before, transactions.get(i), revision, last);
            if (!result.written()) {
                return new Outcome.Conflict(i, transactions.size(), result.mayBeWritten());
            }
            written++;
            revision = result.revision();
        }
        return new Outcome.Written(before.nextCanary(), transactions.size());
    }
}
