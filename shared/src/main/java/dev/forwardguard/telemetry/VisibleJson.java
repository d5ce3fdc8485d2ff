package dev.forwardguard.telemetry;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import java.util.HexFormat;

/**
 * JSON strings in which everything can be seen. JSON itself only wants the first 32 characters
 * escaped; a log is also read on terminals, which obey more of them, and by people, who can be
 * shown another text than the one that is there: by characters that turn the direction of writing
 * (U+202E), break lines (U+2028), or have no width.
 */
final class VisibleJson {
    private static final HexFormat HEX = HexFormat.of();

    private VisibleJson() {}

    /** Whether the text needs no more than JSON asks for; Jackson escapes what takes two chars. */
    static boolean isPlain(String text) {
        return text.codePoints().allMatch(c -> c < 0x7f || (c <= 0xffff && isVisible(c)));
    }

    /**
     * The text with its quotation marks. Half a surrogate pair becomes U+FFFD, which it would not
     * survive otherwise.
     */
    static String quoted(String text) {
        var quoted = new StringBuilder(text.length() + 32).append('"');
        text.codePoints()
                .forEach(
                        c -> {
                            if (c < 0x7f) {
                                JsonStringEncoder.getInstance()
                                        .quoteAsString(Character.toString(c), quoted);
                            } else if (isVisible(c)) {
                                quoted.appendCodePoint(c);
                            } else if (Character.getType(c) == Character.SURROGATE) {
                                quoted.append("\\ufffd");
                            } else {
                                escape(c, quoted);
                            }
                        });
        return quoted.append('"').toString();
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }

    private static void escape(int c, StringBuilder quoted) {
        for (char unit : Character.toChars(c)) {
            quoted.append("\\u").append(HEX.toHexDigits(unit));
        }
    }
}
