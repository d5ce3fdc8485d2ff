package dev.forwardguard.edge.routes.syntax;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A class in brackets of a regular expression. */
final class RegexpClass {
    /** Names of Unicode classes; Go knows more. */
    static final String UNICODE =
            "L[ulto]?|N[dlo]?|P[cdsefio]?|S[mcko]?|Z[slp]?|Latin|Greek|Cyrillic|Han";

    private static final Pattern POSIX =
            Pattern.compile(
                    "\\[:\\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space"
                            + "|upper|word|xdigit):]");
    private static final Pattern CLASS_ESCAPE =
            Pattern.compile("\\\\(?:[dDsSwW]|[pP]\\{(?:" + UNICODE + ")})");
    private static final Pattern CHARACTER =
            Pattern.compile(
                    "\\\\(?:(?<control>[aftnrv])|x(?<hex>[0-9A-Fa-f]{2})|(?<mark>[!-/:-@\\[-`{-~]))"
                            + "|(?<self>[^\\\\])");

    private RegexpClass() {}

    /** The position after the class that begins at {@code start}. */
    static int end(String regexp, int start) throws SyntaxException {
        int at = start + (regexp.startsWith("[^", start) ? 2 : 1);
        boolean first = true;
        while (at < regexp.length() && (first || regexp.charAt(at) != ']')) {
            at = item(regexp, at);
            first = false;
        }
        if (at >= regexp.length()) {
            throw new SyntaxException("a [ is never closed");
        }
        return at + 1;
    }

    private static int item(String regexp, int at) throws SyntaxException {
        Matcher named = POSIX.matcher(regexp).region(at, regexp.length());
        if (named.lookingAt()) {
            return named.end();
        }
        if (regexp.startsWith("[:", at)) {
            throw new SyntaxException("Go does not know this class with [:");
        }
        Matcher escape = CLASS_ESCAPE.matcher(regexp).region(at, regexp.length());
        if (escape.lookingAt()) {
            return escape.end();
        }
        Matcher low = character(regexp, at);
        int end = low.end();
        if (!regexp.startsWith("-", end) || regexp.startsWith("-]", end)) {
            return end;
        }
        if (end + 1 >= regexp.length()) {
            throw new SyntaxException("a [ is never closed");
        }
        Matcher high = character(regexp, end + 1);
        if (value(low) > value(high)) {
            throw new SyntaxException("range " + regexp.substring(at, high.end()));
        }
        return high.end();
    }

    private static Matcher character(String regexp, int at) throws SyntaxException {
        Matcher matcher = CHARACTER.matcher(regexp).region(at, regexp.length());
        if (!matcher.lookingAt()) {
            throw new SyntaxException("an escape in [ ] that Go does not know");
        }
        return matcher;
    }

    private static int value(Matcher character) {
        if (character.group("hex") != null) {
            return Integer.parseInt(character.group("hex"), 16);
        }
        if (character.group("control") != null) {
            return "\u0007\f\t\n\r\u000b".charAt("aftnrv".indexOf(character.group("control")));
        }
        return character.group("mark") != null
                ? character.group("mark").codePointAt(0)
                : character.group("self").codePointAt(0);
    }
}
