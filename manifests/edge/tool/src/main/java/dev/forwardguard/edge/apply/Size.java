package dev.forwardguard.edge.apply;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/** How much of a transaction changes take. */
record Size(int operations, int comparisons, int bytes) {
    static final Size NOTHING = new Size(0, 0, 0);

    /** Tags and lengths around a key in a put, a delete or a comparison. */
    private static final int ENVELOPE = 24;

    static Size of(Collection<Change> changes, Root root) {
        Size size = NOTHING;
        for (Change change : changes) {
            int puts = bytes(change.puts(), root);
            int others =
                    bytes(change.before(), root); // upper bound: keys that are compared or deleted
            size =
                    size.plus(
                            new Size(
                                    change.operations(),
                                    change.before().size(),
                                    puts + 2 * others));
        }
        return size;
    }

    /** What comparisons of keys take that are not changed. */
    static Size ofComparisons(Map<String, String> keys, Root root) {
        return new Size(0, keys.size(), bytes(keys, root));
    }

    static int bytes(Map<String, String> keys, Root root) {
        int sum = 0;
        for (var each : keys.entrySet()) {
            sum +=
                    root.prefix().length()
                            + length(each.getKey())
                            + length(each.getValue())
                            + ENVELOPE;
        }
        return sum;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    Size plus(Size other) {
        return new Size(
                operations + other.operations,
                comparisons + other.comparisons,
                bytes + other.bytes);
    }

    boolean isWithin(Limits limits) {
        return operations <= limits.operations()
                && comparisons <= limits.operations()
                && bytes <= limits.bytes();
    }
}
