package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.KeyTree;

import java.util.Map;
import java.util.OptionalLong;

/**
 * The tree that is in etcd.
 *
 * @param revision of the database when it was read
 * @param modRevisions the revision that wrote each key last
 * @param marker whether the root key itself exists, as tutorials want it. Traefik then takes a tree
 *     without routes for none, and keeps deleted routes alive
 */
public record StoredTree(
        long revision, KeyTree tree, Map<String, Long> modRevisions, boolean marker) {
    public StoredTree {
        modRevisions = Map.copyOf(modRevisions);
    }

    /** The canary's number; empty if there is no canary. */
    public OptionalLong canary() {
        return CanaryRoute.number(tree);
    }

    /**
     * The number of the next canary. It grows always, whatever was restored: greater than the
     * database's revision and than the number before.
     */
    long nextCanary() {
        return Math.max(revision, canary().orElse(0)) + 1;
    }
}
