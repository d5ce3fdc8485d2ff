package dev.forwardguard.testing;

import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The start line and header section of a message.
 *
 * @param raw all octets up to and including the empty line
 * @param startLine the request line or the status line
 * @param headers the field lines in order, with repeats and case kept
 */
public record Head(String raw, String startLine, List<Header> headers) {
    /** Parses the text, which has to end with the empty line. */
    public static Head parse(String raw) throws ProtocolException {
        String[] lines = raw.substring(0, raw.length() - 4).split("\r\n", -1);
        List<Header> headers = new ArrayList<>();
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            int colon = line.indexOf(':');
            if (colon < 1 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new ProtocolException("not a header line: '" + line + "'");
            }
            headers.add(new Header(line.substring(0, colon), trim(line.substring(colon + 1))));
        }
        return new Head(raw, lines[0], List.copyOf(headers));
    }

    /** The first header of this name, ignoring case. */
    public Optional<String> value(String name) {
        return Header.first(headers, name);
    }

    /** All headers of this name in order, ignoring case. */
    public List<String> values(String name) {
        return Header.values(headers, name);
    }

    boolean says(String name, String token) {
        return values(name).stream()
                .flatMap(value -> Arrays.stream(value.toLowerCase(Locale.ROOT).split(",", -1)))
                .anyMatch(part -> part.strip().equals(token));
    }

    /** Trims only spaces and tabs: {@code strip} would also remove octets such as a form feed. */
    private static String trim(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }
}
