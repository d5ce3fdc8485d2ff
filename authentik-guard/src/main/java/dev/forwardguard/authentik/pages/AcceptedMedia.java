package dev.forwardguard.authentik.pages;

import java.util.List;
import java.util.Locale;

/**
 * Which of the two forms of a page a client prefers, by its {@code Accept} (RFC 9110 section
 * 12.5.1). HTML must be requested by name, as every browser does when it opens a page. Scripts and
 * command-line tools send a wildcard and get plain text.
 *
 * @param html the weight of {@code text/html}, 0 to 1000
 * @param text the weight of {@code text/plain} if it is named, else 0; 0 to 1000
 */
public record AcceptedMedia(int html, int text) {
    private static final int ALL = 1000;

    public static AcceptedMedia of(List<String> accept) {
        int html = 0;
        int text = 0;
        for (String value : accept) {
            for (String range : value.split(",", -1)) {
                String[] parts = range.split(";", -1);
                String type = parts[0].strip().toLowerCase(Locale.ROOT);
                if (type.equals("text/html")) {
                    html = quality(parts);
                } else if (type.equals("text/plain")) {
                    text = quality(parts);
                }
            }
        }
        return new AcceptedMedia(html, text);
    }

    public boolean prefersHtml() {
        return html > 0 && html >= text;
    }

    private static int quality(String[] parts) {
        for (int at = 1; at < parts.length; at++) {
            String parameter = parts[at].strip().toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                return thousandths(parameter.substring(2));
            }
        }
        return ALL;
    }

    /** An invalid weight counts as 0: no browser sends one. */
    private static int thousandths(String weight) {
        if (!weight.matches("(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
            return 0;
        }
        String decimals = weight.length() > 2 ? weight.substring(2) : "";
        return weight.charAt(0) == '1' ? ALL : Integer.parseInt((decimals + "000").substring(0, 3));
    }
}
