package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.Canary;
import dev.forwardguard.edge.routes.KeyTree;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What differs between the wanted tree and the one in etcd.
 *
 * @param changes in the order of their objects, without the canary's
 * @param canary whether the canary is missing or damaged
 */
public record Difference(StoredTree before, List<Change> changes, boolean canary) {
    private static final NavigableMap<String, String> NONE = new TreeMap<>();

    public Difference {
        changes = List.copyOf(changes);
    }

    /**
     * Compares.
     *
     * @param wanted without a canary
     * @param prune whether what is not wanted goes; otherwise it stays
     */
    public static Difference between(StoredTree before, KeyTree wanted, boolean prune) {
        var old = before.tree().objects();
        var files = wanted.objects();
        List<Change> changes = new ArrayList<>();
        files.forEach(
                (object, keys) ->
                        changes.add(new Change(object, old.getOrDefault(object, NONE), keys)));
        if (prune) {
            old.forEach(
                    (object, keys) -> {
                        if (!files.containsKey(object) && !Canary.OBJECTS.contains(object)) {
                            changes.add(new Change(object, keys, NONE));
                        }
                    });
            for (String key : before.tree().strays()) {
                changes.add(new Change(null, stray(before, key), NONE));
            }
        }
        changes.removeIf(each -> each.before().equals(each.after()));
        return new Difference(before, changes, !CanaryRoute.isWhole(before.tree()));
    }

    private static NavigableMap<String, String> stray(StoredTree before, String key) {
        NavigableMap<String, String> one = new TreeMap<>();
        one.put(key, before.tree().keys().getOrDefault(key, ""));
        return one;
    }

    public boolean isEmpty() {
        return changes.isEmpty() && !canary;
    }

    /** The tree as it will be, without the canary. */
    KeyTree after() {
        NavigableMap<String, String> keys = new TreeMap<>(before.tree().keys());
        CanaryRoute.present(before.tree()).keySet().forEach(keys::remove);
        for (Change change : changes) {
            change.before().keySet().forEach(keys::remove);
            keys.putAll(change.after());
        }
        return new KeyTree(keys);
    }
}
