package dev.forwardguard.authentik.pages;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text with {@code {{names}}} to fill in. What is the same on many pages is filled in once, so
 * that a page costs little more than copying its text.
 *
 * @param parts text and names in turn; text comes first and last
 */
record Template(List<String> parts) {
    Template {
        parts = List.copyOf(parts);
    }

    /** Reads one of the page resources. */
    static Template resource(String name) {
        try (var file = Template.class.getResourceAsStream("/pages/" + name)) {
            if (file == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return of(new String(file.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Template of(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", from)) {
            int close = text.indexOf("}}", open);
            parts.add(text.substring(from, open));
            parts.add(text.substring(open + 2, close));
            from = close + 2;
        }
        parts.add(text.substring(from));
        return new Template(parts);
    }

    /** Fills in these values and keeps the other names. */
    Template with(Map<String, String> values) {
        List<String> fewer = new ArrayList<>();
        var text = new StringBuilder(parts.getFirst());
        for (int at = 1; at < parts.size(); at += 2) {
            String value = values.get(parts.get(at));
            if (value == null) {
                fewer.add(text.toString());
                fewer.add(parts.get(at));
                text.setLength(0);
            } else {
                text.append(value);
            }
            text.append(parts.get(at + 1));
        }
        fewer.add(text.toString());
        return new Template(fewer);
    }

    /**
     * The whole text.
     *
     * @throws IllegalStateException if a name is left
     */
    String filled(Map<String, String> values) {
        Template whole = with(values);
        if (whole.parts.size() > 1) {
            throw new IllegalStateException("nothing for " + whole.parts.get(1));
        }
        return whole.parts.getFirst();
    }
}
