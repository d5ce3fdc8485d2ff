package dev.forwardguard.authentik.pages;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of the two forms of a page a client prefers, by its {@code Accept} (RFC 9110 section
 * 12.5.1). HTML must be requested by name, as every browser does when it opens a page. Scripts and
 * command-line tools send a wildcard and get plain text.
 *
 * <p>Only the first {@value #MAX_CHARACTERS} characters and {@value #MAX_RANGES} ranges are read.
 * Browsers send fewer than 200 characters. Micronaut's {@code MediaType} sets no limit: a weight of
 * 256 KiB of digits takes it seconds.
 *
 * @param html the weight of {@code text/html}, 0 to 1000
 * @param text the weight of {@code text/plain} if it is named, else 0; 0 to 1000
 */
public record AcceptedMedia(int html, int text) {
    static final int MAX_CHARACTERS = 8 * 1024;
    static final int MAX_RANGES = 64;

    private static final int ALL = 1000;
    private static final Pattern WEIGHT = Pattern.compile("(?i);\\s*+q=([^;]*+)");
    private static final Pattern VALID_WEIGHT =
            Pattern.compile("0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?");

    public static AcceptedMedia of(List<String> accept) {
        int html = 0;
        int text = 0;
        int characters = MAX_CHARACTERS;
        int ranges = MAX_RANGES;
        for (String value : accept) {
            for (int start = 0; start <= value.length() && ranges > 0; ranges--) {
                int end = end(',', value, start, value.length());
                characters -= end - start + 1;
                if (characters < 0) {
                    return new AcceptedMedia(html, text);
                }
                int typeEnd = end(';', value, start, end);
                String type = value.substring(start, typeEnd).strip();
                if (type.equalsIgnoreCase("text/html")) {
                    html = quality(value.substring(typeEnd, end));
                } else if (type.equalsIgnoreCase("text/plain")) {
                    text = quality(value.substring(typeEnd, end));
                }
                start = end + 1;
            }
        }
        return new AcceptedMedia(html, text);
    }

    public boolean prefersHtml() {
        return html > 0 && html >= text;
    }

    private static int end(char separator, String value, int from, int end) {
        int at = value.indexOf(separator, from, end);
        return at < 0 ? end : at;
    }

    /** An invalid weight counts as 0: no browser sends one. */
    private static int quality(String parameters) {
        Matcher first = WEIGHT.matcher(parameters);
        if (!first.find()) {
            return ALL;
        }
        String weight = first.group(1).strip();
        return VALID_WEIGHT.matcher(weight).matches()
                ? (int) Math.round(ALL * Double.parseDouble(weight))
                : 0;
    }
}
