package dev.forwardguard.manifests;

import dev.forwardguard.manifests.Exchanged.Difference;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One request, once through Traefik alone and once through Traefik and the guards.
 *
 * @param name of the request, and of the answer that it got
 */
record Comparison(String name, Exchanged alone, Exchanged guarded) {
    /** The differences that nobody wants. */
    List<String> faults() {
        return alone.comparedWith(guarded).stream()
                .filter(difference -> explanations(difference).isEmpty())
                .map(difference -> name + ": " + difference)
                .toList();
    }

    /** The rows without which a difference would be a fault. */
    Set<Intended> needed() {
        Set<Intended> needed = EnumSet.noneOf(Intended.class);
        for (Difference difference : alone.comparedWith(guarded)) {
            Set<Intended> explanations = explanations(difference);
            if (explanations.size() == 1) {
                needed.addAll(explanations);
            }
        }
        return needed;
    }

    private Set<Intended> explanations(Difference difference) {
        Set<Intended> explanations = EnumSet.noneOf(Intended.class);
        for (Intended each : Intended.values()) {
            if (each.explains(difference, alone, guarded)) {
                explanations.add(each);
            }
        }
        return explanations;
    }
}
