package dev.forwardguard.edge.routes.syntax;

import static dev.forwardguard.edge.routes.syntax.Quoted.quoted;

import dev.forwardguard.edge.routes.syntax.Expression.Call;
import dev.forwardguard.edge.routes.syntax.Expression.Kind;
import dev.forwardguard.edge.routes.syntax.Expression.Literal;
import dev.forwardguard.edge.routes.syntax.Expression.Not;
import dev.forwardguard.edge.routes.syntax.Expression.Operation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A rule of a router in the syntax of version 3 (pkg/rules, pkg/muxer).
 *
 * @param matchers by name
 */
public record RuleSyntax(Map<String, Matcher> matchers) implements Syntax {
    private static final Pattern HOST_NAME = Pattern.compile("[!-~&&[^/]]+");
    private static final Pattern VERSION_2_GROUP = Pattern.compile("\\{[A-Za-z][A-Za-z0-9_-]*:");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z-]+");
    private static final Pattern SNI = Pattern.compile("\\*|(\\*\\.)?[0-9A-Za-z_.:-]+");

    private static final Map<String, String> VERSION_2 =
            Map.of("Headers", "Header", "HeadersRegexp", "HeaderRegexp", "HostHeader", "Host");

    /** The matchers of HTTP routers. */
    static final Map<String, Matcher> HTTP =
            Map.ofEntries(
                    matcher("ClientIP", 1, 1, Addresses::rangeComplaint),
                    matcher("Method", 1, 1, text(METHOD, "must be a method")),
                    matcher("Host", 1, 1, RuleSyntax::host),
                    matcher("HostRegexp", 1, 1, RuleSyntax::asciiRegexp),
                    matcher("Path", 1, 1, RuleSyntax::path),
                    matcher("PathPrefix", 1, 1, RuleSyntax::path),
                    matcher("PathRegexp", 1, 1, RuleSyntax::regexp),
                    matcher("Header", 2, 2, RuleSyntax::anything),
                    matcher("HeaderRegexp", 2, 2, GoRegexp::complaint),
                    matcher("Query", 1, 2, RuleSyntax::anything),
                    matcher("QueryRegexp", 1, 2, GoRegexp::complaint));

    /** The matchers of TCP routers. */
    static final Map<String, Matcher> TCP =
            Map.ofEntries(
                    matcher("ClientIP", 1, 1, Addresses::rangeComplaint),
                    matcher("HostSNI", 1, 1, text(SNI, "must be a host name or *")),
                    matcher("HostSNIRegexp", 1, 1, RuleSyntax::asciiRegexp),
                    matcher("ALPN", 1, 1, RuleSyntax::protocol));

    /**
     * A matcher.
     *
     * @param last what the last argument must be
     */
    record Matcher(String name, int min, int max, Syntax last) {}

    private static Map.Entry<String, Matcher> matcher(String name, int min, int max, Syntax last) {
        return Map.entry(name.toLowerCase(Locale.ROOT), new Matcher(name, min, max, last));
    }

    @Override
    public Optional<String> complaint(String rule) {
        try {
            check(ExpressionParser.parse(rule));
            return Optional.empty();
        } catch (SyntaxException e) {
            return Optional.of("is no rule: " + e.getMessage());
        }
    }

    private void check(Expression expression) throws SyntaxException {
        switch (expression) {
            case Not(Expression operand) -> check(operand);
            case Operation(String operator, Expression left, Expression right) -> {
                if (!operator.equals("&&") && !operator.equals("||")) {
                    throw new SyntaxException(operator + " does not join matchers: use && or ||");
                }
                check(left);
                check(right);
            }
            case Call call -> check(call);
            case Literal(Kind kind, String value) ->
                    throw new SyntaxException(quoted(value) + " must be inside of a matcher");
        }
    }

    private void check(Call call) throws SyntaxException {
        Matcher matcher = matcher(call.name());
        int count = call.arguments().size();
        if (count < matcher.min() || count > matcher.max()) {
            String range =
                    matcher.min() == matcher.max()
                            ? String.valueOf(matcher.min())
                            : matcher.min() + " or " + matcher.max();
            throw new SyntaxException(
                    "%s takes %s argument%s, not %d: join matchers with ||"
                            .formatted(matcher.name(), range, matcher.max() > 1 ? "s" : "", count));
        }
        for (Literal argument : call.arguments()) {
            if (argument.kind() != Kind.TEXT || argument.value().isEmpty()) {
                throw new SyntaxException(matcher.name() + " takes a text in back quotes");
            }
        }
        Optional<String> complaint =
                count < matcher.max() && matcher.max() > 1
                        ? Optional.empty()
                        : matcher.last().complaint(call.arguments().get(count - 1).value());
        if (complaint.isPresent()) {
            throw new SyntaxException(matcher.name() + ": " + complaint.get());
        }
    }

    /** Traefik knows four spellings of a name: as documented, lower, upper and title case. */
    private Matcher matcher(String name) throws SyntaxException {
        Matcher matcher = matchers.get(name.toLowerCase(Locale.ROOT));
        if (matcher != null && isSpelling(name, matcher.name())) {
            return matcher;
        }
        List<String> names = matchers.values().stream().map(Matcher::name).sorted().toList();
        String meant = VERSION_2.get(name);
        if (meant == null || !names.contains(meant)) {
            meant = DidYouMean.suggestion(name, names).orElse(null);
        }
        throw new SyntaxException(
                meant == null
                        ? "no matcher %s, there are %s".formatted(name, String.join(", ", names))
                        : "no matcher %s, did you mean %s?".formatted(name, meant));
    }

    private static boolean isSpelling(String name, String documented) {
        String lower = documented.toLowerCase(Locale.ROOT);
        return name.equals(documented)
                || name.equals(lower)
                || name.equals(documented.toUpperCase(Locale.ROOT))
                || name.equals(Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
    }

    private static Syntax text(Pattern pattern, String complaint) {
        return text -> pattern.matcher(text).matches() ? Optional.empty() : Optional.of(complaint);
    }

    private static Optional<String> anything(String text) {
        return Optional.empty();
    }

    /** It would never match: of a request Traefik compares the name alone. */
    private static Optional<String> host(String text) {
        if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            return Optional.of("must be a name without a port");
        }
        return HOST_NAME.matcher(text).matches()
                ? placeholder(text)
                : Optional.of("must be a host name in ASCII (xn--…), without a path");
    }

    private static Optional<String> path(String text) {
        return text.startsWith("/") ? placeholder(text) : Optional.of("must begin with /");
    }

    /** Version 2 had {@code {name:regexp}}. Version 3 takes it as it is, and nothing matches. */
    private static Optional<String> placeholder(String text) {
        return text.contains("{")
                ? Optional.of("has no placeholders in version 3: use HostRegexp or PathRegexp")
                : Optional.empty();
    }

    private static Optional<String> regexp(String text) {
        return VERSION_2_GROUP.matcher(text).find()
                ? Optional.of("{name:regexp} is of version 2: write the regular expression alone")
                : GoRegexp.complaint(text);
    }

    private static Optional<String> asciiRegexp(String text) {
        return text.chars().allMatch(c -> c < 128) ? regexp(text) : Optional.of("must be ASCII");
    }

    /** Traefik keeps acme-tls/1 for itself. */
    private static Optional<String> protocol(String text) {
        return text.equals("acme-tls/1")
                ? Optional.of("acme-tls/1 is Traefik's own")
                : Optional.empty();
    }
}
