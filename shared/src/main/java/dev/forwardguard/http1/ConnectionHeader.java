package dev.forwardguard.http1;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The words of a message's {@code Connection} header (RFC 9110 section 7.6.1). Each of them names a
 * header to drop, and a header section of 256 KiB has room for 100,000, so their number is limited.
 */
public final class ConnectionHeader {
    /** The limit for all {@code Connection} lines of a message together. Most have one word. */
    public static final int MAX_WORDS = 32;

    private ConnectionHeader() {}

    /** Whether there are more than {@link #MAX_WORDS} words. Empty ones count, too. */
    public static boolean hasTooManyWords(HttpHeaders headers) {
        if (!headers.contains(HttpHeaderNames.CONNECTION)) {
            return false;
        }
        int words = 0;
        Iterator<Map.Entry<CharSequence, CharSequence>> lines = headers.iteratorCharSequence();
        while (words <= MAX_WORDS && lines.hasNext()) {
            Map.Entry<CharSequence, CharSequence> line = lines.next();
            if (HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(line.getKey())) {
                CharSequence value = line.getValue();
                int comma = -1;
                do {
                    words++;
                    comma = AsciiString.indexOfIgnoreCaseAscii(value, ",", comma + 1);
                } while (comma >= 0 && words <= MAX_WORDS);
            }
        }
        return words > MAX_WORDS;
    }

    /**
     * Returns the names in these values. What follows the first {@link #MAX_WORDS} words is not
     * looked at: messages with more are rejected before.
     */
    public static HeaderNames names(List<String> values) {
        List<String> names = new ArrayList<>();
        int words = 0;
        for (String value : values) {
            int start = 0;
            while (start <= value.length() && words < MAX_WORDS) {
                int comma = value.indexOf(',', start);
                int end = comma < 0 ? value.length() : comma;
                String name = value.substring(start, end).strip();
                if (!name.isEmpty()) {
                    names.add(name);
                }
                words++;
                start = end + 1;
            }
        }
        return HeaderNames.of(names);
    }
}
