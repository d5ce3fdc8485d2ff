package dev.forwardguard.edge.apply;

import dev.forwardguard.edge.routes.ObjectName.Protocol;

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
    private static final Set<String> DECIDING =
            Set.of("rule", "rulesyntax", "priority", "entrypoints", "tls");

    /** Traefik asks TCP routers first, and HTTP routers if none of them matches. */
    private static final long ABOVE_HTTP = 1L << 40;

    private static final String ANY_NAME = "HostSNI(`*`)";
    private static final int FIELD = 3;

    private static final Pattern HOST = Pattern.compile("\\bHost\\(`([^`{]*)`\\)");
    private static final Pattern PATH = Pattern.compile("\\bPath\\(`([^`{]*)`\\)");

    /** Of a router's keys, such as {@code http/routers/site/rule}. */
    static Matching of(Protocol protocol, NavigableMap<String, String> keys) {
        Map<String, String> fields = new TreeMap<>();
        Set<String> entryPoints = new HashSet<>();
        keys.forEach(
                (key, value) -> {
                    String[] parts = key.toLowerCase(Locale.ROOT).split("/+", FIELD + 1);
                    String field = parts.length > FIELD ? parts[FIELD] : "";
                    String name = field.split("/", 2)[0];
                    if (DECIDING.contains(name)) {
                        fields.put(field, value);
                    }
                    if (name.equals("entrypoints")) {
                        Arrays.stream(value.split(",", -1))
                                .map(String::strip)
                                .forEach(entryPoints::add);
                    }
                });
        String rule = fields.getOrDefault("rule", "");
        boolean plain = isPlain(rule) && !fields.containsKey("rulesyntax");
        return new Matching(
                priority(protocol, fields),
                fields,
                entryPoints,
                plain ? argument(HOST, rule).toLowerCase(Locale.ROOT) : "",
                plain ? argument(PATH, rule) : "");
    }

    /** The length of the rule, unless there is a priority (traefik, pkg/server/router). */
    private static long priority(Protocol protocol, Map<String, String> fields) {
        String rule = fields.getOrDefault("rule", "");
        String given = fields.getOrDefault("priority", "");
        long priority = given.matches("-?[0-9]{1,10}") ? Long.parseLong(given) : 0;
        long own = priority == 0 ? rule.length() : priority;
        return switch (protocol) {
            case HTTP, TLS -> own;
            case TCP, UDP -> rule.equals(ANY_NAME) ? own - ABOVE_HTTP : own + ABOVE_HTTP;
        };
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

    private static boolean differ(String one, String other) {
        return !one.isEmpty() && !other.isEmpty() && !one.equals(other);
    }

    /** Whether it takes a request that the other one matches, too. */
    boolean isAbove(Matching other) {
        return priority > other.priority && meets(other);
    }
}
