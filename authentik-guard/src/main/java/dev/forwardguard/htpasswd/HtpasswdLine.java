package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A line of a file that is neither blank nor a comment.
 *
 * @param number the line number, counted from 1 over all lines
 * @param text the line without its line ending, one character per byte
 */
record HtpasswdLine(int number, String text) {
    private static final byte[] UTF_8_BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /**
     * Splits a file at LF or CRLF. Skips a BOM, blank lines and comments. Each line is read when it
     * is asked for, and what is skipped takes no memory.
     */
    static Iterable<HtpasswdLine> in(byte[] content) {
        return () -> new Lines(content);
    }

    @Override
    public String toString() {
        return "line " + number;
    }

    private static final class Lines implements Iterator<HtpasswdLine> {
        private final byte[] content;
        private int number;
        private int start;
        private @Nullable HtpasswdLine following;

        Lines(byte[] content) {
            this.content = content;
            byte[] beginning = Arrays.copyOf(content, UTF_8_BOM.length);
            this.start = Arrays.equals(beginning, UTF_8_BOM) ? UTF_8_BOM.length : 0;
            this.following = read();
        }

        /** The next line that counts, or null. */
        private @Nullable HtpasswdLine read() {
            while (start < content.length) {
                number++;
                int from = start;
                int end = from;
                while (end < content.length && content[end] != '\n') {
                    end++;
                }
                start = end + 1;
                if (end > from && content[end - 1] == '\r') {
                    end--;
                }
                if (!isBlankOrComment(from, end)) {
                    String text = new String(content, from, end - from, ISO_8859_1);
                    return new HtpasswdLine(number, text);
                }
            }
            return null;
        }

        private boolean isBlankOrComment(int from, int end) {
            for (int at = from; at < end; at++) {
                byte c = content[at];
                if (c != ' ' && c != '\t' && c != '\r') {
                    return c == '#';
                }
            }
            return true;
        }

        @Override
        public boolean hasNext() {
            return following != null;
        }

        @Override
        public HtpasswdLine next() {
            HtpasswdLine line = following;
            if (line == null) {
                throw new NoSuchElementException();
            }
            following = read();
            return line;
        }
    }
}
