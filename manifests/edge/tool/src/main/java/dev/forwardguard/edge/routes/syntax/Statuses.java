package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Status codes of HTTP. */
final class Statuses {
    private static final Pattern CODE = Pattern.compile("[1-5][0-9]{2}");
    private static final Pattern RANGE = Pattern.compile("([1-5][0-9]{2})-([1-5][0-9]{2})");

    /** Those that Go's http.StatusText has a name for. */
    private static final Pattern KNOWN =
            Pattern.compile(
                    "10[0-3]|20[0-8]|226|30[0-57-8]|40[0-9]|41[0-8]|42[1-6]|428|429|431|451"
                            + "|50[0-8]|51[01]");

    private Statuses() {}

    static Optional<String> complaint(String text) {
        return KNOWN.matcher(text).matches()
                ? Optional.empty()
                : Optional.of(quoted(text) + " must be a status code such as 404");
    }

    static Optional<String> rangeComplaint(String text) {
        return CODE.matcher(text).matches() || isRange(text)
                ? Optional.empty()
                : Optional.of(quoted(text) + " must be a status code or a range such as 500-599");
    }

    /** A name of digits alone is an index in keys, so that a single code cannot be a name. */
    static Optional<String> rangeNameComplaint(String text) {
        if (CODE.matcher(text).matches()) {
            return Optional.of(
                    "%s is an index of a list in keys: write \"%s-%s\""
                            .formatted(quoted(text), text, text));
        }
        return isRange(text)
                ? Optional.empty()
                : Optional.of(quoted(text) + " must be a range of status codes such as 500-599");
    }

    private static boolean isRange(String text) {
        Matcher range = RANGE.matcher(text);
        return range.matches() && range.group(1).compareTo(range.group(2)) <= 0;
    }
}
