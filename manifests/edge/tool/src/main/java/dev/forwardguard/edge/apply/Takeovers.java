package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.apply.Change.Kind;
import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Routers that take over requests from one another. If one of them moves to other requests, a
 * request might for a moment be taken by a third router, one that never was meant for it. So those
 * that meet move in the same step.
 *
 * <p>Elsewhere the order is enough: first what is new, from the highest priority down; then what is
 * replaced; then what moves; last what goes, from the lowest priority up.
 */
final class Takeovers {
    private final Map<ObjectName, Matching> old = new HashMap<>();
    private final Map<ObjectName, Matching> fresh = new HashMap<>();
    private final Map<ObjectName, Change> changes = new HashMap<>();
    private final List<Bundle> moved = new ArrayList<>();
    private final List<Bundle> replaced = new ArrayList<>();
    private final List<Bundle> added = new ArrayList<>();
    private final List<Bundle> deleted = new ArrayList<>();

    /**
     * @param bundles all that must happen at the same time for other reasons
     * @param others routers that are in no bundle, and come or go
     */
    Takeovers(Difference difference, Collection<Bundle> bundles, List<Change> others) {
        matchings(difference.before().tree(), old);
        matchings(difference.after(), fresh);
        difference
                .changes()
                .forEach(
                        each -> {
                            if (each.object() != null) {
                                changes.put(each.object(), each);
                            }
                        });
        for (Bundle bundle : bundles) {
            (bundle.routers().stream().anyMatch(this::moves) ? moved : replaced).add(bundle);
        }
        for (Change change : others) {
            ObjectName router = Objects.requireNonNull(change.object());
            (change.kind() == Kind.ADD ? added : deleted).add(Bundle.of(change, router));
        }
        while (grows()) {
            // each that joins may take over from more
        }
    }

    private static void matchings(KeyTree tree, Map<ObjectName, Matching> matchings) {
        tree.objects()
                .forEach(
                        (name, keys) -> {
                            if (name.kind() == ObjectName.Kind.ROUTERS) {
                                matchings.put(name, Matching.of(keys));
                            }
                        });
    }

    private boolean moves(ObjectName router) {
        Change change = changes.get(router);
        return change != null
                && (change.kind() != Kind.REPLACE
                        || !fields(old.get(router)).equals(fields(fresh.get(router))));
    }

    private static Map<String, String> fields(@Nullable Matching matching) {
        return matching == null ? Map.of() : matching.fields();
    }

    private boolean grows() {
        boolean grown = false;
        for (int i = 0; i < moved.size(); i++) {
            Bundle bundle = moved.get(i);
            List<ObjectName> moving = moving(bundle);
            grown |= absorb(bundle, added, each -> isUnder(fresh, moving, fresh, each));
            grown |= absorb(bundle, deleted, each -> isUnder(old, moving, old, each));
            grown |= absorb(bundle, replaced, each -> isUnder(fresh, moving, fresh, each));
            grown |=
                    absorb(
                            bundle,
                            moved.subList(i + 1, moved.size()),
                            each -> meets(moving, each) || meets(moving(each), bundle));
        }
        return grown;
    }

    private static boolean absorb(Bundle bundle, List<Bundle> others, Predicate<Bundle> joins) {
        boolean grown = false;
        Iterator<Bundle> each = others.iterator();
        while (each.hasNext()) {
            Bundle other = each.next();
            if (joins.test(other)) {
                bundle.add(other);
                each.remove();
                grown = true;
            }
        }
        return grown;
    }

    /** Whether one of the routers that move takes what a router of a bundle would take. */
    private static boolean isUnder(
            Map<ObjectName, Matching> above,
            List<ObjectName> moving,
            Map<ObjectName, Matching> below,
            Bundle bundle) {
        for (ObjectName router : bundle.routers()) {
            Matching lower = below.get(router);
            for (ObjectName each : moving) {
                Matching upper = above.get(each);
                if (lower != null && upper != null && upper.isAbove(lower)) {
                    return true;
                }
            }
        }
        return false;
    }

    private List<ObjectName> moving(Bundle bundle) {
        return bundle.routers().stream().filter(this::moves).toList();
    }

    /** Also those that stay where they are: they may be seen before they have changed, or after. */
    private boolean meets(List<ObjectName> moving, Bundle other) {
        return other.routers().stream()
                .anyMatch(one -> moving.stream().anyMatch(two -> meet(one, two)));
    }

    private boolean meet(ObjectName one, ObjectName two) {
        return meet(old.get(one), old.get(two))
                || meet(old.get(one), fresh.get(two))
                || meet(fresh.get(one), old.get(two))
                || meet(fresh.get(one), fresh.get(two));
    }

    private static boolean meet(@Nullable Matching one, @Nullable Matching two) {
        return one != null && two != null && one.meets(two);
    }

    /** Routers that are new, in the order in which they may come. */
    List<Bundle> added() {
        return sorted(added, fresh).reversed();
    }

    /** What takes the same requests as before. */
    List<Bundle> replaced() {
        return replaced;
    }

    /** What takes other requests than before, and all that has to do with it. */
    List<Bundle> moved() {
        return moved;
    }

    /** Routers that go, in the order in which they may go. */
    List<Bundle> deleted() {
        return sorted(deleted, old);
    }

    private static List<Bundle> sorted(List<Bundle> single, Map<ObjectName, Matching> matchings) {
        return single.stream()
                .sorted(Comparator.comparingLong(each -> priority(each, matchings)))
                .toList();
    }

    private static long priority(Bundle single, Map<ObjectName, Matching> matchings) {
        Matching matching = matchings.get(single.routers().iterator().next());
        return matching == null ? 0 : matching.priority();
    }
}
