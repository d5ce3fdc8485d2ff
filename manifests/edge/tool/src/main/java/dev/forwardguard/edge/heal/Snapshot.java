package dev.forwardguard.edge.heal;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What is in etcd: two that are equal have the same routes.
 *
 * @param canary the number that gateways should show; empty if there is none
 * @param revisions the revision that wrote each key last
 */
public record Snapshot(OptionalLong canary, Map<String, Long> revisions) {
    public Snapshot {
        revisions = Map.copyOf(revisions);
    }

    /** Without the names of keys. */
    @Override
    public String toString() {
        return "revision " + number() + ", " + revisions.size() + " keys";
    }

    /**
     * The number that gateways should show.
     *
     * @throws HealException if there is none
     */
    long number() {
        return canary.orElseThrow(
                () ->
                        new HealException(
                                HealException.Reason.INVALID,
                                "etcd has no canary, so no gateway can show what it serves; edge-routes setup"
                                        + " or apply writes it"));
    }
}
