package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.KeyTree;
import dev.forwardguard.edge.routes.ObjectName;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;

/** What the objects of a tree name. */
record References(NavigableMap<ObjectName, NavigableSet<ObjectName>> direct) {
    static References in(KeyTree tree) {
        return new References(tree.references());
    }

    /** All that an object uses, directly or through others. */
    Set<ObjectName> reachedFrom(ObjectName object) {
        Set<ObjectName> reached = new HashSet<>();
        Deque<ObjectName> open = new ArrayDeque<>();
        open.add(object);
        while (!open.isEmpty()) {
            Set<ObjectName> next = direct.get(open.remove());
            if (next != null) {
                next.stream().filter(reached::add).forEach(open::add);
            }
        }
        return reached;
    }
}
