package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.ObjectName;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which requests a router takes, and before which others.
 *
 * @param priority the router with the highest one takes a request
 * @param fields what decides about it, by the lower-case names of the fields' keys
 * @param entryPoints empty for all default ones
 * @param host the one host that it takes; empty if they may be several
 * @param path the one path that it takes; empty if they may be several
 */
record Matching(
        long priority,
        Map<String, String> fields,
        Set<String> entryPoints,
        String host,
        String path) {
    private static final String PARENTS = "parentrefs";
    private static final Set<String> DECIDING =
            Set.of("rule", "rulesyntax", "priority", "entrypoints", "tls", PARENTS);

    /**
     * One name exactly: one with a star stands for several, and one with a dot at its end for two.
     */
    private static final Pattern HOST =
            Pattern.compile("\\bHost\\(`([A-Za-z0-9_-][A-Za-z0-9._-]*(?<!\\.))`\\)");

    private static final Pattern PATH = Pattern.compile("\\bPath\\(`(/[^`{]*)`\\)");

    /** Of an HTTP router's keys, such as {@code http/routers/site/rule}. */
    static Matching of(NavigableMap<String, String> keys) {
        Map<String, String> fields = new TreeMap<>();
        Set<String> entryPoints = new HashSet<>();
        keys.forEach(
                (key, value) -> {
                    String field = ObjectName.field(key);
                    String name = field.split("/", 2)[0];
                    if (DECIDING.contains(name)) {
                        fields.put(field, value);
                    }
                    if (name.equals("entrypoints")) {
                        Arrays.stream(value.split(",", -1))
                                .map(String::strip)
                                .filter(each -> !each.isEmpty())
                                .forEach(entryPoints::add);
                    }
                });
        String rule = fields.getOrDefault("rule", "");
        boolean plain = isPlain(rule) && !fields.containsKey("rulesyntax");
        return new Matching(
                priority(rule, fields.getOrDefault("priority", "")),
                fields,
                entryPoints,
                plain ? argument(HOST, rule).toLowerCase(Locale.ROOT) : "",
                plain ? argument(PATH, rule) : "");
    }

    /** The length of the rule, unless there is a priority (traefik, pkg/server/router). */
    private static long priority(String rule, String given) {
        long priority;
        try {
            priority = Long.parseLong(given);
        } catch (NumberFormatException _) {
            priority = 0; // none, or one that Traefik refuses with the whole tree
        }
        return priority == 0 ? rule.getBytes(StandardCharsets.UTF_8).length : priority;
    }

    /** Whether all parts of a rule must hold, and none of them is quoted in a way to mislead. */
    private static boolean isPlain(String rule) {
        return !rule.contains("||") && !rule.contains("!") && !rule.contains("\"");
    }

    private static String argument(Pattern matcher, String rule) {
        Matcher found = matcher.matcher(rule);
        return found.find() ? found.group(1) : "";
    }

    /** Whether a request may match both; true unless it is certain that none does. */
    boolean meets(Matching other) {
        boolean elsewhere =
                !entryPoints.isEmpty()
                        && !other.entryPoints.isEmpty()
                        && Collections.disjoint(entryPoints, other.entryPoints);
        return !elsewhere && !differ(host, other.host) && !differ(path, other.path);
    }

    /** Whether both may name the same host; true unless it is certain that they do not. */
    boolean sharesHost(Matching other) {
        return !differ(host, other.host);
    }

    boolean hasTlsOptions() {
        return fields.containsKey("tls/options");
    }

    /** Whether it only gets what another router has matched before. */
    boolean isChild() {
        return fields.keySet().stream().anyMatch(each -> each.startsWith(PARENTS));
    }

    private static boolean differ(String one, String other) {
        return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
    }

    /** Whether it takes a request that the other one matches, too. */
    boolean isAbove(Matching other) {
        return priority > other.priority && meets(other);
    }
}
