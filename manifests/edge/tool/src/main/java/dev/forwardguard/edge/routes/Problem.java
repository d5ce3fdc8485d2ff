package dev.forwardguard.edge.routes;

import java.nio.file.Path;

/**
 * Something wrong in a file of routes.
 *
 * @param line from 1
 * @param where the path of the value in the file, such as {@code http.routers.site.rule}; empty for
 *     the file as a whole
 * @param text what is wrong and what would be right; never the value of a secret
 */
public record Problem(Path file, int line, String where, String text) {
    private static final int MAX_WHERE = 300;
    private static final int MAX_TEXT = 600;

    public Problem {
        where = line(where, MAX_WHERE);
        text = line(text, MAX_TEXT);
    }

    /** One line, however long and strange a name in a file is. */
    private static String line(String text, int max) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > max ? line.substring(0, max) + "…" : line;
    }

    @Override
    public String toString() {
        return "%s:%d: %s%s".formatted(file, line, where.isEmpty() ? "" : where + ": ", text);
    }
}
