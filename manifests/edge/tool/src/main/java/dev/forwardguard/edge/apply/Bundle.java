package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.ObjectName;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Changes that have to happen at the same time. Grows while it is found out which these are.
 *
 * @param routers through which they are seen, changed themselves or not
 */
record Bundle(Set<Change> changes, Set<ObjectName> routers) {
    Bundle() {
        this(new LinkedHashSet<>(), new LinkedHashSet<>());
    }

    /** Of a router that comes or goes. */
    static Bundle of(Change change, ObjectName router) {
        Bundle bundle = new Bundle();
        bundle.changes.add(change);
        bundle.routers.add(router);
        return bundle;
    }

    void add(Bundle other) {
        changes.addAll(other.changes);
        routers.addAll(other.routers);
    }
}
