package dev.forwardguard.authentik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The headers by which authentik tells a backend who the visitor is. All twelve are always present
 * in an allow: Traefik replaces only those that it gets, so one that were missing would let through
 * what the visitor sent himself.
 */
public final class IdentityHeaders {
    private static final String USERNAME = "X-authentik-username";
    private static final String GROUPS = "X-authentik-groups";

    static final List<String> NAMES =
            List.of(
                    USERNAME,
                    GROUPS,
                    "X-authentik-entitlements",
                    "X-authentik-email",
                    "X-authentik-name",
                    "X-authentik-uid",
                    "X-authentik-jwt",
                    "X-authentik-meta-jwks",
                    "X-authentik-meta-outpost",
                    "X-authentik-meta-provider",
                    "X-authentik-meta-app",
                    "X-authentik-meta-version");

    private IdentityHeaders() {}

    /** All there and empty: the backend is told that there is nobody. */
    public static Map<String, String> ofNobody() {
        Map<String, String> headers = new LinkedHashMap<>();
        NAMES.forEach(name -> headers.put(name, ""));
        return headers;
    }

    /** Of somebody who is known by his name in the htpasswd file, and by nothing else. */
    public static Map<String, String> of(String user, List<String> groups) {
        Map<String, String> headers = ofNobody();
        // header values are bytes, one char each; names outside ASCII go out as UTF-8, as authentik
        // sends them
        headers.put(USERNAME, new String(user.getBytes(UTF_8), ISO_8859_1));
        headers.put(GROUPS, String.join("|", groups));
        return headers;
    }
}
