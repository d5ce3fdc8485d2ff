package dev.forwardguard.htpasswd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
        private int end;
        private int next;

        Lines(byte[] content) {
            this.content = content;
            byte[] beginning = Arrays.copyOf(content, UTF_8_BOM.length);
            this.next = Arrays.equals(beginning, UTF_8_BOM) ? UTF_8_BOM.length : 0;
            advance();
        }

        /** Finds the next line that counts. Without one, the number is 0. */
        private void advance() {
            while (next < content.length) {
                number++;
                start = next;
                end = start;
                while (end < content.length && content[end] != '\n') {
                    end++;
                }
                next = end + 1;
                if (end > start && content[end - 1] == '\r') {
                    end--;
                }
                if (!isBlankOrComment()) {
                    return;
                }
            }
            number = 0;
        }

        private boolean isBlankOrComment() {
            for (int at = start; at < end; at++) {
                byte c = content[at];
                if (c != ' ' && c != '\t' && c != '\r') {
                    return c == '#';
                }
            }
            return true;
        }

        @Override
        public boolean hasNext() {
            return number > 0;
        }

        @Override
        public HtpasswdLine next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var line =
                    new HtpasswdLine(number, new String(content, start, end - start, ISO_8859_1));
            advance();
            return line;
        }
    }
}
