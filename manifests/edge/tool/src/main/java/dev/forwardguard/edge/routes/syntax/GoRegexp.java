package dev.forwardguard.edge.routes.syntax;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The syntax of Go's regular expressions (RE2, Go's regexp/syntax), so that what Java knows and Go
 * does not (lookaround, back references, possessive quantifiers) is refused. Rare forms of Go's are
 * refused, too: octal escapes, Q and E, one-letter classes without braces.
 */
final class GoRegexp {
    private static final int MAX_LENGTH = 2_000;
    private static final int MAX_DEPTH = 100;

    /** Go refuses more, also as a product of nested ones. */
    private static final int MAX_REPEAT = 1_000;

    private static final Pattern GROUP =
            Pattern.compile("\\(\\?(?:P?<(?<name>[A-Za-z0-9_]+)>|[imsU]*(?:-[imsU]+)?:)");
    private static final Pattern FLAGS =
            Pattern.compile("\\(\\?(?:[imsU]+(?:-[imsU]+)?|-[imsU]+)\\)");
    private static final Pattern REPEAT =
            Pattern.compile("[*+?]|\\{(?<min>[0-9]{1,9})(?:,(?<max>[0-9]{1,9})?)?}");
    private static final Pattern ESCAPE =
            Pattern.compile(
                    "\\\\(?:[dDsSwWbBAz]|[aftnrv]|x[0-9A-Fa-f]{2}|[pP]\\{(?:"
                            + RegexpClass.UNICODE
                            + ")}|[!-/:-@\\[-`{-~])");

    private final String regexp;
    private final Set<String> names = new HashSet<>();
    private int at;

    private GoRegexp(String regexp) {
        this.regexp = regexp;
    }

    /** What is wrong with a regular expression. */
    static Optional<String> complaint(String regexp) {
        if (regexp.length() > MAX_LENGTH) {
            return Optional.of("is longer than 2,000 characters");
        }
        try {
            GoRegexp parser = new GoRegexp(regexp);
            parser.alternation(0);
            return parser.at == regexp.length()
                    ? Optional.empty()
                    : Optional.of("is no regular expression: unexpected )");
        } catch (SyntaxException e) {
            return Optional.of("is no regular expression: " + e.getMessage());
        }
    }

    /** Reads to the end or to a closing parenthesis, and gives the largest product of repeats. */
    private int alternation(int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) {
            throw new SyntaxException("nested too deeply");
        }
        int repeats = 1;
        boolean operand = false;
        while (at < regexp.length() && regexp.charAt(at) != ')') {
            if (regexp.charAt(at) == '|') {
                at++;
                operand = false;
                continue;
            }
            if (takes(FLAGS) != null) {
                operand = false;
                continue;
            }
            int before = at;
            if (takes(REPEAT) != null && !operand) {
                throw new SyntaxException("nothing before " + regexp.substring(before, at));
            }
            at = before;
            repeats = Math.max(repeats, repeated(atom(depth)));
            operand = true;
        }
        return repeats;
    }

    private int repeated(int repeats) throws SyntaxException {
        int before = at;
        Matcher repeat = takes(REPEAT);
        if (repeat == null) {
            return repeats;
        }
        long product = (long) repeats * times(repeat);
        if (product > MAX_REPEAT) {
            throw new SyntaxException("more than 1,000 repetitions");
        }
        if (at < regexp.length() && regexp.charAt(at) == '?') {
            at++;
        }
        int end = at;
        if (takes(REPEAT) != null) {
            throw new SyntaxException("two repetitions, " + regexp.substring(before, at));
        }
        at = end;
        return (int) Math.max(1, product);
    }

    private static int times(Matcher repeat) throws SyntaxException {
        if (repeat.group("min") == null) {
            return 1;
        }
        int min = Integer.parseInt(repeat.group("min"));
        int max = repeat.group("max") == null ? min : Integer.parseInt(repeat.group("max"));
        if (min > max) {
            throw new SyntaxException("repetition " + repeat.group());
        }
        return Math.max(min, max);
    }

    private int atom(int depth) throws SyntaxException {
        char c = regexp.charAt(at);
        switch (c) {
            case '(' -> {
                return group(depth);
            }
            case '[' -> at = RegexpClass.end(regexp, at);
            case '\\' -> {
                if (takes(ESCAPE) == null) {
                    throw new SyntaxException("Go does not know " + excerpt(2));
                }
            }
            default -> at += Character.charCount(regexp.codePointAt(at));
        }
        return 1;
    }

    private int group(int depth) throws SyntaxException {
        Matcher special = takes(GROUP);
        if (special == null) {
            if (regexp.startsWith("(?", at)) {
                throw new SyntaxException("Go does not know " + excerpt(4));
            }
            at++;
        } else if (special.group("name") != null && !names.add(special.group("name"))) {
            throw new SyntaxException("two groups have the same name");
        }
        int repeats = alternation(depth + 1);
        if (at >= regexp.length()) {
            throw new SyntaxException("a ( is never closed");
        }
        at++;
        return repeats;
    }

    private String excerpt(int length) {
        return regexp.substring(at, Math.min(at + length, regexp.length()));
    }

    private @Nullable Matcher takes(Pattern pattern) {
        Matcher matcher = pattern.matcher(regexp).region(at, regexp.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher;
    }
}
