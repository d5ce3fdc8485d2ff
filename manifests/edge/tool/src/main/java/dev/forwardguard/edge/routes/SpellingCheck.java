package dev.forwardguard.edge.routes;

import java.util.Map;
import java.util.TreeMap;

/**
 * Finds names of one collection that differ only in case. Traefik merges them (kv_node.go compares
 * names with EqualFold).
 */
final class SpellingCheck {
    private final Draft draft;
    private final Map<String, Spot> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    SpellingCheck(Draft draft) {
        this.draft = draft;
    }

    /** Takes one more name, and says whether it is the first in this spelling or another. */
    boolean add(String name, Spot spot) {
        Spot earlier = seen.putIfAbsent(name, spot);
        if (earlier != null) {
            draft.problem(
                    spot.problem(
                            "is the same as %s in line %d: names in keys have no case"
                                    .formatted(earlier.where(), earlier.place().line())));
        }
        return earlier == null;
    }
}
