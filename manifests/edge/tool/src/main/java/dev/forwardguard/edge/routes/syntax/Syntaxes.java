package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The judged types of values by their words in the model. */
public final class Syntaxes {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private static final Map<String, Syntax> BY_WORD =
            Map.ofEntries(
                    named("string", "[^\\p{Cntrl}]*", "must be one line"),
                    named("secret", "[^\\p{Cntrl}]*", "must be one line"),
                    named("text", "(?s)[^\\x00]*", "must be a text"),
                    named(
                            "header-value",
                            "([^\\p{Cntrl}\\s][\\t[^\\p{Cntrl}]]*)?",
                            "must be one line without white space before it"),
                    named("token", TOKEN, "must be a name as in HTTP, such as X-Example"),
                    named("allowed-header", TOKEN, "must be a name as in HTTP, or *"),
                    named("protocol", "[!-~]+", "must be a protocol such as h2 or http/1.1"),
                    named("path", "/[^\\p{Cntrl}\\s]*", "must begin with / and have no space"),
                    Map.entry("relative-url", Urls::relativeComplaint),
                    Map.entry("http-url", Urls.absolute("http", "https")),
                    Map.entry("server-url", Urls.absolute("http", "https", "h2c")),
                    named(
                            "domain",
                            "(\\*\\.|\\.)?[A-Za-z0-9_][A-Za-z0-9._-]*",
                            "must be a host" + " name such as example.com"),
                    named(
                            "media-type",
                            TOKEN + "/" + TOKEN + "(; ?" + TOKEN + "=" + TOKEN + ")?",
                            "must be a media type such as text/html"),
                    Map.entry("bool", new Booleans()),
                    Map.entry("duration", new Durations(0)),
                    Map.entry("positive-duration", new Durations(1)),
                    Map.entry("signed-duration", new Durations(Long.MIN_VALUE)),
                    Map.entry("regexp", GoRegexp::complaint),
                    Map.entry("http-rule", new RuleSyntax(RuleSyntax.HTTP)),
                    Map.entry("tcp-rule", new RuleSyntax(RuleSyntax.TCP)),
                    Map.entry(
                            "circuit-breaker-expression",
                            new ConditionSyntax(ConditionSyntax.CIRCUIT_BREAKER)),
                    Map.entry("retry-expression", new ConditionSyntax(ConditionSyntax.RETRY)),
                    Map.entry("ip-range", Addresses::rangeComplaint),
                    Map.entry("address", Addresses::addressComplaint),
                    Map.entry("port", new Integers(1, 65_535)),
                    Map.entry("status", Statuses::complaint),
                    Map.entry("status-range", Statuses::rangeComplaint),
                    Map.entry("status-range-name", Statuses::rangeNameComplaint),
                    Map.entry("basic-user", Users::basicComplaint),
                    Map.entry("digest-user", Users::digestComplaint));

    private Syntaxes() {}

    /**
     * The type of that word.
     *
     * @param arguments the range of {@code int}, the words of {@code enum}
     */
    public static Syntax of(String word, List<String> arguments) {
        return switch (word) {
            case "int" -> integers(arguments);
            case "enum" -> new OneOf(List.copyOf(arguments));
            default -> Objects.requireNonNull(BY_WORD.get(word), word);
        };
    }

    private static Syntax integers(List<String> arguments) {
        if (arguments.isEmpty()) {
            return new Integers(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        String[] range = arguments.get(0).split("\\.\\.", 2);
        return new Integers(Long.parseLong(range[0]), Long.parseLong(range[1]));
    }

    private static Map.Entry<String, Syntax> named(String word, String regex, String complaint) {
        Pattern pattern = Pattern.compile(regex);
        return Map.entry(
                word,
                text ->
                        pattern.matcher(text).matches()
                                ? Optional.empty()
                                : Optional.of(complaint));
    }

    /** One of a few words, in exactly this spelling. */
    private record OneOf(List<String> words) implements Syntax {
        @Override
        public Optional<String> complaint(String text) {
            if (words.contains(text)) {
                return Optional.empty();
            }
            return Optional.of(
                    DidYouMean.suggestion(text, words)
                            .map(word -> quoted(text) + " is unknown, did you mean " + word + "?")
                            .orElse(quoted(text) + " must be one of " + String.join(", ", words)));
        }
    }

    /** As Traefik's YAML and its ParseBool both take it. */
    private record Booleans() implements Syntax {
        @Override
        public Optional<String> complaint(String text) {
            return text.equals("true") || text.equals("false")
                    ? Optional.empty()
                    : Optional.of(quoted(text) + " must be true or false");
        }
    }

    /** A decimal number; Traefik takes no other base, although YAML does. */
    private record Integers(long min, long max) implements Syntax {
        private static final Pattern DECIMAL = Pattern.compile("0|-?[1-9][0-9]{0,18}");

        @Override
        public Optional<String> complaint(String text) {
            if (!DECIMAL.matcher(text).matches()) {
                return Optional.of(quoted(text) + " must be a whole number such as 10");
            }
            try {
                long number = Long.parseLong(text);
                return number >= min && number <= max
                        ? Optional.empty()
                        : Optional.of("%d must be from %d to %d".formatted(number, min, max));
            } catch (NumberFormatException e) {
                return Optional.of("%s must be from %d to %d".formatted(quoted(text), min, max));
            }
        }
    }
}
