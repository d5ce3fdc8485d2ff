package dev.forwardguard.authentik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.emergency.Identity;
import dev.forwardguard.guard.AuthResponse;
import dev.forwardguard.http1.HeaderAliases;
import dev.forwardguard.outcome.UpstreamResponse;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The headers in which authentik tells a backend who the visitor is. An allow always contains all
 * twelve. Otherwise a gateway that replaces only the headers that it receives would let through
 * those that the visitor sent.
 */
public final class IdentityHeaders {
    /** Whom authentik lets in. */
    public static final String USERNAME = "X-authentik-username";

    private static final String GROUPS = "X-authentik-groups";

    private static final String EMAIL = "X-authentik-email";

    private static final String NAME = "X-authentik-name";

    static final List<String> NAMES =
            List.of(
                    USERNAME,
                    GROUPS,
                    "X-authentik-entitlements",
                    EMAIL,
                    NAME,
                    "X-authentik-uid",
                    "X-authentik-jwt",
                    "X-authentik-meta-jwks",
                    "X-authentik-meta-outpost",
                    "X-authentik-meta-provider",
                    "X-authentik-meta-app",
                    "X-authentik-meta-version");

    private static final HeaderAliases ALIASES =
            HeaderAliases.of(
                    Stream.concat(NAMES.stream(), Stream.of(AuthResponse.FALLBACK_HEADER))
                            .toList());

    private IdentityHeaders() {}

    /**
     * Whether a visitor sent a header that is none of the twelve, nor {@code X-Guard-Fallback}, but
     * may be taken for one by an application. A gateway replaces only the names that it knows.
     */
    static boolean haveAliasIn(HttpHeaders sent) {
        return ALIASES.areIn(sent);
    }

    /** All headers with empty values: they tell the backend that there is no user. */
    public static Map<String, String> anonymous() {
        Map<String, String> headers = new LinkedHashMap<>();
        NAMES.forEach(name -> headers.put(name, ""));
        return headers;
    }

    /**
     * An allow with all of them, so that nothing that the visitor sent in one of them gets to the
     * backend.
     */
    static UpstreamResponse complete(UpstreamResponse allow) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.add(allow.headers());
        for (String name : NAMES) {
            if (!headers.contains(name)) {
                headers.set(name, "");
            }
        }
        return new UpstreamResponse(allow.status(), headers, allow.body());
    }

    /** The headers for a user of the htpasswd file: name, configured identity, nothing else. */
    public static Map<String, String> of(String user, Identity identity) {
        Map<String, String> headers = anonymous();
        headers.put(USERNAME, bytes(user));
        headers.put(GROUPS, bytes(identity.joinedGroups()));
        headers.put(EMAIL, bytes(identity.email()));
        headers.put(NAME, bytes(identity.name()));
        return headers;
    }

    /**
     * Header values are bytes, one per char. What is outside ASCII is sent as UTF-8, as authentik
     * does.
     */
    private static String bytes(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }
}
