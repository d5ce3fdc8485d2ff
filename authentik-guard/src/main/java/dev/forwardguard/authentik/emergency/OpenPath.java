package dev.forwardguard.authentik.emergency;

import dev.forwardguard.authentik.emergency.session.VisitorHost;
import dev.forwardguard.settings.YamlSection;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A path that is open to everybody while there is no verdict, with all that is below it.
 *
 * @param host lower case, without a port: Traefik routes by it
 * @param path of whole segments, without a slash at the end; {@code /} is all of the host
 * @param methods as in HTTP, upper case; empty for all
 */
record OpenPath(String host, String path, Set<String> methods) {
    /** The shortest one. */
    static final String EXAMPLE = "{host: status.example.com, path: /}";

    /** Of unreserved characters (RFC 3986 section 2.3), and not the same or the upper directory. */
    private static final Pattern SEGMENT = Pattern.compile("(?!\\.{1,2}\\z)[A-Za-z0-9._~-]+");

    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");

    static OpenPath take(YamlSection section) {
        return new OpenPath(
                section.required("host", OpenPath::host),
                section.required("path", OpenPath::prefix),
                section.someTexts("methods", OpenPath::methods).orElse(Set.of()));
    }

    /**
     * Whether any two programs take this path for the same one. A slash may be at its end, as many
     * frameworks want it.
     */
    static boolean isUnambiguous(String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        int from = 1;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int end = slash < 0 ? path.length() : slash;
            if (!SEGMENT.matcher(path.substring(from, end)).matches()) {
                return false;
            }
            from = end + 1;
        }
        return true;
    }

    /** Whether the path, which is unambiguous, is this one or below it. */
    boolean contains(String method, VisitorHost visited, String uriPath) {
        return visited.name().equals(host)
                && (methods.isEmpty() ? METHOD.matcher(method).matches() : methods.contains(method))
                && (path.equals("/")
                        || uriPath.equals(path)
                        || (uriPath.startsWith(path) && uriPath.charAt(path.length()) == '/'));
    }

    private static String host(String text) {
        return VisitorHost.parse(text)
                .filter(host -> host.name().equals(text))
                .map(VisitorHost::name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "must be a host name in lower case, without a port"));
    }

    private static String prefix(String text) {
        if (!isUnambiguous(text) || (text.endsWith("/") && text.length() > 1)) {
            throw new IllegalArgumentException(
                    "must begin with / and not end with it, and have only letters, digits, and -._~ in"
                            + " its segments");
        }
        return text;
    }

    private static Set<String> methods(List<String> texts) {
        if (!texts.stream().allMatch(text -> METHOD.matcher(text).matches())) {
            throw new IllegalArgumentException("must be methods in upper case, such as POST");
        }
        return new TreeSet<>(texts);
    }

    /** As the log and {@code /status} show it. */
    @Override
    public String toString() {
        String all = host + path;
        return methods.isEmpty() ? all : String.join(",", methods) + " " + all;
    }
}
