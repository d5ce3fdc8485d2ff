package dev.forwardguard.manifests;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the metric names in a PromQL query, by removing labels, functions and operators. */
final class MetricNames {
    private static final Pattern LABELS =
            Pattern.compile("\\{[^}]*}|\"[^\"]*\"|\\[[^\\]]*]|\\b(by|on|group_left) *\\([^)]*\\)");
    private static final Pattern NAME = Pattern.compile("\\b[a-zA-Z_:][a-zA-Z0-9_:]*\\b(?! *\\()");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "by", "on");

    private MetricNames() {}

    static Set<String> in(String query) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(LABELS.matcher(query).replaceAll(" "));
        while (name.find()) {
            if (!OPERATORS.contains(name.group())) {
                names.add(name.group());
            }
        }
        return names;
    }
}
