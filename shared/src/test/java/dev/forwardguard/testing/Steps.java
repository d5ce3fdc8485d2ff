package dev.forwardguard.testing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Counts the steps of instrumented code. {@link InstrumentingClassLoader} replaces calls of methods
 * that look at a whole text by the methods of the same name here, which do the same and count the
 * characters. For one thread.
 */
public final class Steps {
    private static long taken;

    private Steps() {}

    static long taken() {
        return taken;
    }

    /** A branch or a call. */
    public static void step() {
        taken++;
    }

    private static int found(int from, int at, int length) {
        taken += at < 0 ? Math.max(0, length - from) : at - from + 1;
        return at;
    }

    public static int indexOf(String text, int c) {
        return found(0, text.indexOf(c), text.length());
    }

    public static int indexOf(String text, int c, int from) {
        return found(from, text.indexOf(c, from), text.length());
    }

    public static int indexOf(String text, int c, int from, int end) {
        return found(from, text.indexOf(c, from, end), end);
    }

    public static int indexOf(String text, String other) {
        return found(0, text.indexOf(other), text.length());
    }

    public static int indexOf(String text, String other, int from) {
        return found(from, text.indexOf(other, from), text.length());
    }

    public static int lastIndexOf(String text, int c) {
        return lastIndexOf(text, c, text.length() - 1);
    }

    public static int lastIndexOf(String text, int c, int from) {
        int at = text.lastIndexOf(c, from);
        taken += Math.max(0, from - at + 1);
        return at;
    }

    public static boolean contains(String text, CharSequence other) {
        return indexOf(text, other.toString()) >= 0;
    }

    public static boolean matches(String text, String pattern) {
        return matcher(Pattern.compile(pattern), text).matches();
    }

    public static Matcher matcher(Pattern pattern, CharSequence text) {
        return pattern.matcher(new CountedText(text));
    }

    public static String[] split(String text, String at) {
        taken += text.length();
        return text.split(at);
    }

    public static String[] split(String text, String at, int limit) {
        taken += text.length();
        return text.split(at, limit);
    }

    public static String substring(String text, int from) {
        return substring(text, from, text.length());
    }

    public static String substring(String text, int from, int end) {
        taken += end - from;
        return text.substring(from, end);
    }

    public static String strip(String text) {
        String stripped = text.strip();
        taken += text.length() - stripped.length();
        return stripped;
    }

    public static int codePointCount(String text, int from, int end) {
        taken += end - from;
        return text.codePointCount(from, end);
    }

    public static boolean equalsIgnoreCase(String text, String other) {
        taken += text.length() == other.length() ? text.length() : 0;
        return text.equalsIgnoreCase(other);
    }

    public static String toLowerCase(String text, java.util.Locale locale) {
        taken += text.length();
        return text.toLowerCase(locale);
    }

    public static byte[] getBytes(String text, java.nio.charset.Charset charset) {
        taken += text.length();
        return text.getBytes(charset);
    }

    public static IntStream chars(String text) {
        return new CountedText(text).chars();
    }

    /** What a regular expression looks at. */
    private static final class CountedText implements CharSequence {
        private final CharSequence text;

        private CountedText(CharSequence text) {
            this.text = text;
        }

        @Override
        public char charAt(int at) {
            taken++;
            return text.charAt(at);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int end) {
            taken += end - from;
            return text.subSequence(from, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
