package dev.forwardguard.manifests;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads the tokens of a PromQL expression from left to right. */
final class ExpressionParser {
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\"[^\"]*\"|\\$\\w+|\\[[^\\]]*]|[0-9.]+[a-z]*|[a-zA-Z_:][\\w:]*|[!=]~|!=|\\S");
    private static final Pattern PLAIN_VALUES = Pattern.compile("\\(?([\\w-]+(?:\\|[\\w-]+)*)\\)?");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "bool", "offset", "inf", "nan");
    private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring");

    private final List<String> tokens;
    private final List<Expression.Selector> selectors = new ArrayList<>();
    private final List<Expression.Grouping> groupings = new ArrayList<>();
    private final Set<String> brought = new TreeSet<>();
    private final Set<String> made = new TreeSet<>();

    ExpressionParser(String text) {
        tokens = TOKEN.matcher(text).results().map(MatchResult::group).toList();
    }

    Expression parse() {
        int at = 0;
        while (at < tokens.size()) {
            at = after(at);
        }
        return new Expression(selectors, groupings, brought, made);
    }

    /** Reads what begins at this token, and returns where the next one begins. */
    private int after(int at) {
        String token = tokens.get(at);
        if (token.equals("{")) {
            throw new AssertionError("a selector without a metric: " + tokens);
        }
        if (!token.matches("[a-zA-Z_:].*") || WORDS.contains(token)) {
            return at + 1;
        }
        if (GROUPING.contains(token)) {
            return grouping(at);
        }
        if (token.startsWith("group_")) {
            int end = closing(at + 1);
            brought.addAll(labels(at + 1, end));
            return end + 1;
        }
        if (token.equals("label_replace")) {
            replacement(at + 1);
            return at + 1;
        }
        boolean call = isAt(at + 1, "(") || (at + 1 < tokens.size() && isGrouping(at + 1));
        return call ? at + 1 : selector(at);
    }

    private boolean isGrouping(int at) {
        return GROUPING.contains(tokens.get(at)) && !isAt(at - 1, ")") && isAt(at + 1, "(");
    }

    private boolean isAt(int at, String token) {
        return at >= 0 && at < tokens.size() && tokens.get(at).equals(token);
    }

    private int selector(int at) {
        Map<String, Set<String>> matched = new LinkedHashMap<>();
        int end = at + 1;
        if (isAt(end, "{")) {
            for (end++; !isAt(end, "}"); end += isAt(end + 3, ",") ? 4 : 3) {
                matched.put(tokens.get(end), values(tokens.get(end + 2)));
            }
            end++;
        }
        selectors.add(new Expression.Selector(tokens.get(at), matched, at));
        return end;
    }

    /** The values that a matcher lists; none for a pattern or for nothing. */
    private static Set<String> values(String quoted) {
        var plain = PLAIN_VALUES.matcher(quoted.substring(1, quoted.length() - 1));
        return plain.matches() ? Set.of(plain.group(1).split("\\|")) : Set.of();
    }

    /** For an aggregation its operand, and for a binary operator the whole expression. */
    private int grouping(int at) {
        int end = closing(at + 1);
        Set<String> labels = labels(at + 1, end);
        boolean aggregation = tokens.get(at).equals("by") || tokens.get(at).equals("without");
        if (!aggregation) {
            groupings.add(new Expression.Grouping(labels, 0, tokens.size()));
        } else if (isAt(end + 1, "(")) {
            groupings.add(new Expression.Grouping(labels, end + 1, closing(end + 1)));
        } else {
            groupings.add(new Expression.Grouping(labels, opening(at - 1), at));
        }
        return end + 1;
    }

    /** {@code label_replace} makes one label of another, which its operand has to have. */
    private void replacement(int open) {
        int close = closing(open);
        List<String> strings = new ArrayList<>();
        int depth = 0;
        for (int at = open; at < close; at++) {
            String token = tokens.get(at);
            depth += token.matches("[({]") ? 1 : token.matches("[)}]") ? -1 : 0;
            if (depth == 1 && token.startsWith("\"")) {
                strings.add(token.substring(1, token.length() - 1));
            }
        }
        made.add(strings.get(0));
        if (!strings.get(2).isEmpty()) {
            groupings.add(new Expression.Grouping(Set.of(strings.get(2)), open, close));
        }
    }

    private Set<String> labels(int open, int close) {
        Set<String> labels = new LinkedHashSet<>(tokens.subList(open + 1, close));
        labels.remove(",");
        return labels;
    }

    private int closing(int open) {
        Deque<Integer> nested = new ArrayDeque<>();
        for (int at = open; at < tokens.size(); at++) {
            if (isAt(at, "(")) {
                nested.push(at);
            } else if (isAt(at, ")")) {
                nested.pop();
                if (nested.isEmpty()) {
                    return at;
                }
            }
        }
        throw new AssertionError("not closed: " + tokens);
    }

    private int opening(int close) {
        int depth = 0;
        for (int at = close; at >= 0; at--) {
            depth += isAt(at, ")") ? 1 : isAt(at, "(") ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new AssertionError("not opened: " + tokens);
    }
}
