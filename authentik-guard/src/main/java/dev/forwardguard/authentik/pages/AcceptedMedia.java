package dev.forwardguard.authentik.pages;

import java.util.List;

/**
 * Which of the two forms of a page a client prefers, by its {@code Accept} (RFC 9110 section
 * 12.5.1). HTML must be requested by name, as every browser does when it opens a page. Scripts and
 * command-line tools send a wildcard and get plain text.
 *
 * <p>Only the first {@value #MAX_CHARACTERS} characters and {@value #MAX_RANGES} ranges are read.
 * Browsers send fewer than 200 characters.
 *
 * @param html the weight of {@code text/html}, 0 to 1000
 * @param text the weight of {@code text/plain} if it is named, else 0; 0 to 1000
 */
public record AcceptedMedia(int html, int text) {
    static final int MAX_CHARACTERS = 8 * 1024;
    static final int MAX_RANGES = 64;

    private static final int ALL = 1000;
    private static final int MAX_DECIMALS = 3;

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
                    html = quality(value, typeEnd, end);
                } else if (type.equalsIgnoreCase("text/plain")) {
                    text = quality(value, typeEnd, end);
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

    /** The first {@code q} of the parameters, each of which begins with a semicolon. */
    private static int quality(String value, int parameters, int rangeEnd) {
        for (int at = parameters; at < rangeEnd; ) {
            int end = end(';', value, at + 1, rangeEnd);
            String parameter = value.substring(at + 1, end).strip();
            if (parameter.regionMatches(true, 0, "q=", 0, 2)) {
                return thousandths(parameter.substring(2));
            }
            at = end;
        }
        return ALL;
    }

    /** An invalid weight counts as 0: no browser sends one. */
    private static int thousandths(String weight) {
        boolean valid =
                !weight.isEmpty()
                        && (weight.length() == 1 || weight.charAt(1) == '.')
                        && weight.length() <= 2 + MAX_DECIMALS;
        int thousandths = 0;
        int place = ALL;
        for (int at = 0; valid && at < weight.length(); at++) {
            if (at != 1) {
                int digit = weight.charAt(at) - '0';
                valid = digit >= 0 && digit <= 9;
                thousandths += digit * place;
                place /= 10;
            }
        }
        return valid && thousandths <= ALL ? thousandths : 0;
    }
}
