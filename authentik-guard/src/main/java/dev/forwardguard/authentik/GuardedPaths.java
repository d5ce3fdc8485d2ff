package dev.forwardguard.authentik;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The paths of auth requests. One that ends in {@code /*} is followed by the path of the visitor's
 * request: that is how Envoy's {@code ext_authz} asks over HTTP, with its {@code path_prefix}. What
 * follows is data of the visitor and names nothing at the outpost.
 *
 * @param plain the paths that stand for themselves
 * @param prefixes the others, without the {@code /*}
 */
public record GuardedPaths(Set<String> plain, List<String> prefixes) {
    private static final String REST = "/*";

    /**
     * Reads paths as they are in the settings.
     *
     * @throws IllegalArgumentException if one cannot be a path of the outpost, or if there is none;
     *     the message continues the key's name
     */
    static GuardedPaths of(List<String> paths) {
        Set<String> plain = new LinkedHashSet<>();
        Set<String> prefixes = new LinkedHashSet<>();
        for (String path : paths) {
            boolean prefix = path.endsWith(REST);
            String fixed = prefix ? path.substring(0, path.length() - REST.length()) : path;
            if (!fixed.startsWith(AuthentikSettings.PREFIX) || !fixed.matches("[A-Za-z0-9./_-]+")) {
                throw new IllegalArgumentException(
                        "must be plain paths below %s, perhaps with /* behind them: %s"
                                .formatted(AuthentikSettings.PREFIX, path));
            }
            (prefix ? prefixes : plain).add(fixed);
        }
        if (paths.isEmpty()) {
            throw new IllegalArgumentException("must not be empty");
        }
        return new GuardedPaths(plain, List.copyOf(prefixes));
    }

    /** Whether this is the path of an auth request. For each request, so it makes no objects. */
    boolean include(String path) {
        return plain.contains(path) || endInVisitorsPath(path);
    }

    /**
     * Whether this path ends in that of the visitor's request. A prefix counts by whole segments,
     * and by itself, too.
     */
    public boolean endInVisitorsPath(String path) {
        for (int i = 0; i < prefixes.size(); i++) {
            String prefix = prefixes.get(i);
            if (path.startsWith(prefix)
                    && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/')) {
                return true;
            }
        }
        return false;
    }

    /** As a list in the settings. */
    @Override
    public String toString() {
        List<String> all = new ArrayList<>(plain);
        prefixes.forEach(prefix -> all.add(prefix + REST));
        return all.toString();
    }
}
