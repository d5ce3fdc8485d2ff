package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a file that is neither blank nor a comment.
 *
 * @param number the line number, counted from 1 over all lines
 * @param text the line without its line ending, one character per byte
 */
record HtpasswdLine(int number, String text) {
    private static final String UTF_8_BOM = "\u00ef\u00bb\u00bf";

    /** Splits a file at LF or CRLF. Skips a BOM, blank lines and comments. */
    static List<HtpasswdLine> in(byte[] content) {
        String file = new String(content, ISO_8859_1);
        List<HtpasswdLine> lines = new ArrayList<>();
        int start = file.startsWith(UTF_8_BOM) ? UTF_8_BOM.length() : 0;
        for (int number = 1; start < file.length(); number++) {
            int lf = file.indexOf('\n', start);
            int end = lf < 0 ? file.length() : lf;
            boolean crlf = end > start && file.charAt(end - 1) == '\r';
            String text = file.substring(start, crlf ? end - 1 : end);
            if (!isBlankOrComment(text)) {
                lines.add(new HtpasswdLine(number, text));
            }
            start = end + 1;
        }
        return lines;
    }

    private static boolean isBlankOrComment(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\t' && c != '\r') {
                return c == '#';
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return "line " + number;
    }
}
