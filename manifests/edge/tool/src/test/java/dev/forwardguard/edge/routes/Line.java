package dev.forwardguard.edge.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a file, in parts.
 *
 * @param start indentation, and the sign of an item
 * @param key empty in an item that is a value
 * @param value empty if it follows in the next lines
 */
record Line(Path file, int number, String start, String key, String value) {
    private static final Pattern LINE =
            Pattern.compile("(?<start> *(?:- )?)(?:(?<key>[^\\s:\"]+):(?: |$))?(?<value>.*)");
    private static final Pattern BLOCK = Pattern.compile("[|>]-?");

    /** All lines of a file but those within a block. */
    static List<Line> of(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        int blockIndent = Integer.MAX_VALUE;
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            number++;
            int indent = text.length() - text.stripLeading().length();
            if (indent > blockIndent) {
                continue;
            }
            Matcher line = LINE.matcher(text);
            if (!line.matches()) {
                throw new AssertionError(text);
            }
            String key = line.group("key") == null ? "" : line.group("key");
            boolean block = BLOCK.matcher(line.group("value")).matches();
            blockIndent = block ? indent : Integer.MAX_VALUE;
            lines.add(new Line(file, number, line.group("start"), key, line.group("value")));
        }
        return lines;
    }

    boolean isPlaceOf(Problem problem) {
        return problem.line() == number && problem.file().equals(file);
    }

    boolean isBlock() {
        return BLOCK.matcher(value).matches();
    }

    String withKey(String other) {
        return start + other + ":" + (value.isEmpty() ? "" : " " + value);
    }

    String withValue(String other) {
        return start + (key.isEmpty() ? "" : key + ": ") + other;
    }

    @Override
    public String toString() {
        return file.getFileName() + ":" + number;
    }
}
