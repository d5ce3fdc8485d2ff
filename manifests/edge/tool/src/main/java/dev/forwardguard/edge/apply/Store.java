package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.etcd.Comparison;
import dev.forwardguard.edge.etcd.Comparison.NothingNewer;
import dev.forwardguard.edge.etcd.Comparison.Present;
import dev.forwardguard.edge.etcd.Comparison.Unchanged;
import dev.forwardguard.edge.etcd.Etcd;
import dev.forwardguard.edge.etcd.EtcdException;
import dev.forwardguard.edge.etcd.Range;
import dev.forwardguard.edge.etcd.Stored;
import dev.forwardguard.edge.etcd.Transaction;
import dev.forwardguard.edge.routes.KeyTree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The tree in etcd: reads it, and writes one transaction. Touches no key outside of it. */
public final class Store {
    private final Etcd etcd;
    private final Root root;

    public Store(Etcd etcd, Root root) {
        this.etcd = etcd;
        this.root = root;
    }

    public Root root() {
        return root;
    }

    /** Reads the whole tree at one revision. */
    public StoredTree read() {
        Range range = etcd.range(root.prefix(), root.end());
        NavigableMap<String, String> values = new TreeMap<>();
        Map<String, Long> revisions = new HashMap<>();
        range.keys()
                .forEach(
                        (full, stored) -> {
                            values.put(root.below(full), stored.value());
                            revisions.put(root.below(full), stored.modRevision());
                        });
        boolean marker = etcd.get(root.key()) != null;
        return new StoredTree(range.revision(), new KeyTree(values), revisions, marker);
    }

    /**
     * Writes changes, if nobody else has written meanwhile.
     *
     * @param before as it was read; the changed objects are as they were then
     * @param part what to write
     * @param revision the newest that this program knows of: of the reading, or of its own last
     *     transaction
     * @param canary whether to raise the canary, too
     */
    Result write(StoredTree before, Plan.Part part, long revision, boolean canary) {
        Transaction transaction = transaction(before, part, revision, canary);
        Transaction.Outcome outcome = etcd.commit(transaction);
        if (outcome.succeeded()) {
            return new Result(true, false, outcome.revision());
        }
        return outcome.repeated()
                ? foundWritten(transaction, revision)
                : new Result(false, false, outcome.revision());
    }

    /**
     * What came of a transaction.
     *
     * @param mayBeWritten whether it may have been written though it is not there now: an answer
     *     was lost, and others may have written since
     * @param revision the newest that this program knows of then
     */
    record Result(boolean written, boolean mayBeWritten, long revision) {}

    private Transaction transaction(
            StoredTree before, Plan.Part part, long revision, boolean canary) {
        List<Comparison> comparisons = new ArrayList<>();
        SortedMap<String, String> puts = new TreeMap<>();
        SortedSet<String> deletes = new TreeSet<>();
        // Notices what others have written, but not what they have deleted: that, the others do.
        comparisons.add(new NothingNewer(root.prefix(), root.end(), revision));
        part.needed().forEach(key -> comparisons.add(new Present(root.full(key))));
        List<Change> all = new ArrayList<>(part.changes());
        Change raised =
                new Change(
                        null,
                        CanaryRoute.present(before.tree()),
                        CanaryRoute.keys(before.nextCanary()));
        raised.before().keySet().forEach(key -> comparisons.add(unchanged(before, key)));
        if (canary) {
            all.add(raised);
        }
        for (Change change : all) {
            change.puts().forEach((key, value) -> puts.put(root.full(key), value));
            change.deletes().forEach(key -> deletes.add(root.full(key)));
        }
        for (Change change : part.changes()) {
            change.before().keySet().forEach(key -> comparisons.add(unchanged(before, key)));
        }
        return new Transaction(comparisons, puts, deletes);
    }

    private Comparison unchanged(StoredTree before, String key) {
        return new Unchanged(root.full(key), before.modRevisions().getOrDefault(key, 0L));
    }

    /** Looks whether a transaction whose answer was lost is there: all of it, by one revision. */
    private Result foundWritten(Transaction transaction, long base) {
        Range range = rangeAfterLostAnswer();
        long revision = 0;
        for (Map.Entry<String, String> put : transaction.puts().entrySet()) {
            Stored stored = range.keys().get(put.getKey());
            if (stored == null
                    || !stored.value().equals(put.getValue())
                    || (revision != 0 && stored.modRevision() != revision)) {
                return new Result(false, true, range.revision());
            }
            revision = stored.modRevision();
        }
        boolean gone = transaction.deletes().stream().noneMatch(range.keys()::containsKey);
        // deleted keys have no revision, and in the newest one others may have written
        return new Result(gone, !gone, revision == 0 ? base : revision);
    }

    private Range rangeAfterLostAnswer() {
        try {
            return etcd.range(root.prefix(), root.end());
        } catch (EtcdException e) {
            throw e.afterLostAnswer();
        }
    }
}
