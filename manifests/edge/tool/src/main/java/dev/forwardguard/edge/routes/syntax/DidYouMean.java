package dev.forwardguard.edge.routes.syntax;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a mistyped one was meant to be. */
public final class DidYouMean {
    private static final int MAX_NAMES = 300;

    private DidYouMean() {}

    /**
     * The nearest of the names, if it is at most a third of its letters away. Of very many names
     * none is suggested.
     */
    public static Optional<String> suggestion(String typed, Collection<String> names) {
        if (names.size() > MAX_NAMES) {
            return Optional.empty();
        }
        return names.stream()
                .filter(name -> distance(typed, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> distance(typed, name)));
    }

    /** Insertions, deletions, replacements and swaps of neighbours, in any case. */
    private static int distance(String typed, String name) {
        if (Math.abs(typed.length() - name.length()) > name.length()) {
            return Integer.MAX_VALUE;
        }
        String left = typed.toLowerCase(Locale.ROOT);
        String right = name.toLowerCase(Locale.ROOT);
        int[] before = new int[right.length() + 1];
        int[] row = new int[right.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= left.length(); i++) {
            int[] next = new int[right.length() + 1];
            next[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                boolean same = left.charAt(i - 1) == right.charAt(j - 1);
                next[j] = Math.min(row[j - 1] + (same ? 0 : 1), 1 + Math.min(row[j], next[j - 1]));
                if (isSwap(left, right, i, j)) {
                    next[j] = Math.min(next[j], before[j - 2] + 1);
                }
            }
            before = row;
            row = next;
        }
        return row[right.length()];
    }

    private static boolean isSwap(String left, String right, int i, int j) {
        return i > 1
                && j > 1
                && left.charAt(i - 1) == right.charAt(j - 2)
                && left.charAt(i - 2) == right.charAt(j - 1);
    }
}
