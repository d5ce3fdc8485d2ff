package dev.forwardguard.telemetry;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import java.util.HexFormat;

/**
 * JSON strings in which all characters are visible. JSON itself only requires the first 32
 * characters to be escaped. But logs are also read on terminals, which interpret more characters,
 * and by people, whom some characters deceive about the text: those that change the direction of
 * writing (U+202E), break lines (U+2028), or have no width.
 */
final class VisibleJson {
    private static final HexFormat HEX = HexFormat.of();

    private VisibleJson() {}

    /**
     * Whether Jackson can write the text as it is. Above U+FFFF it would escape every character.
     */
    static boolean isPlain(String text) {
        return text.codePoints().allMatch(c -> c < 0x7f || (c <= 0xffff && isVisible(c)));
    }

    /**
     * The text as a JSON string with its quotation marks. Half a surrogate pair becomes U+FFFD,
     * because it cannot be encoded.
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
