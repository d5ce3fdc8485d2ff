package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.apply.Change.Kind;
import dev.forwardguard.edge.routes.ObjectName;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which changes have to happen at the same time. A middleware or service that is replaced under a
 * router must not be seen together with another state of that router, or with another state of
 * anything else that the router uses: with the authentication moved from one middleware to another,
 * the router would be without it in between.
 *
 * <p>Whatever is new and not named yet, or not named any more, is in no bundle.
 */
final class Bundles {
    private final Map<ObjectName, Change> changes = new LinkedHashMap<>();
    private final Map<ObjectName, ObjectName> leaders = new HashMap<>();

    /** A member of the bundle that a router shows, by router. */
    private final Map<ObjectName, ObjectName> seen = new LinkedHashMap<>();

    private final References before;
    private final References after;
    private final Set<ObjectName> routers = new TreeSet<>();
    private final Set<ObjectName> replaced = new HashSet<>();

    Bundles(Difference difference) {
        difference
                .changes()
                .forEach(
                        each -> {
                            if (each.object() != null) {
                                changes.put(each.object(), each);
                            }
                        });
        before = References.in(difference.before().tree());
        after = References.in(difference.after());
        routers.addAll(routers(before.direct().keySet()));
        routers.addAll(routers(after.direct().keySet()));
        findReplaced();
        routers.forEach(this::join);
    }

    private static Collection<ObjectName> routers(Set<ObjectName> objects) {
        return objects.stream().filter(each -> each.kind() == ObjectName.Kind.ROUTERS).toList();
    }

    /** What changes under a router that uses it already, even if only by naming what is missing. */
    private void findReplaced() {
        Set<ObjectName> used = new HashSet<>();
        routers.forEach(each -> used.addAll(before.reachedFrom(each)));
        changes.forEach(
                (name, change) -> {
                    boolean comes = change.kind() == Kind.ADD && used.contains(name);
                    if (change.kind() == Kind.REPLACE || comes) {
                        leaders.put(name, name);
                        replaced.add(name);
                    }
                    if (change.isOfRouter()) {
                        replaced.add(name); // the parent of another router
                    }
                });
    }

    private void join(ObjectName router) {
        Set<ObjectName> together = new TreeSet<>(before.reachedFrom(router));
        together.addAll(after.reachedFrom(router));
        together.retainAll(replaced);
        Change own = changes.get(router);
        if (own != null && (own.kind() == Kind.REPLACE || !together.isEmpty())) {
            together.add(router);
        }
        if (together.isEmpty()) {
            return;
        }
        seen.put(router, together.iterator().next());
        ObjectName first = together.iterator().next();
        for (ObjectName each : together) {
            ObjectName to = leader(first);
            leaders.put(leader(each), to);
        }
    }

    /** Shortens the way on each call: a thousand routers in a row would be a thousand steps. */
    private ObjectName leader(ObjectName object) {
        ObjectName at = object;
        ObjectName next = leaders.computeIfAbsent(at, name -> name);
        while (!next.equals(at)) {
            ObjectName further = leaders.getOrDefault(next, next);
            leaders.put(at, further);
            at = next;
            next = further;
        }
        return at;
    }

    /** The bundles; most have one member. */
    Collection<Bundle> all() {
        Map<ObjectName, Bundle> bundles = new LinkedHashMap<>();
        changes.forEach(
                (name, change) -> {
                    if (leaders.containsKey(name)) {
                        bundles.computeIfAbsent(leader(name), _ -> new Bundle())
                                .changes()
                                .add(change);
                    }
                });
        seen.forEach(
                (router, member) ->
                        bundles.computeIfAbsent(leader(member), _ -> new Bundle())
                                .routers()
                                .add(router));
        return bundles.values();
    }
}
