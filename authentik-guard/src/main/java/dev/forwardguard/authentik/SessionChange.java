package dev.forwardguard.authentik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.guard.AuthRequest;

import io.netty.handler.codec.http.HttpHeaders;

import java.net.URLDecoder;
import java.util.Locale;

/**
 * Tells which requests begin or end a session: the outpost knows them by a path of its own, and by
 * words in the query of any other, of an auth request in {@code X-Forwarded-Uri} (authentik,
 * internal/outpost/proxyv2/application). Generous: whoever is taken for one costs an upstream
 * request.
 */
public final class SessionChange {
    private static final String SIGN_OUT_PATH = "sign_out";
    private static final String SIGN_OUT = "x-authentik-logout";
    private static final String CALLBACK = "x-authentik-auth-callback";

    private SessionChange() {}

    /** Whether a request for a page of the outpost ends a session. */
    public static boolean isSignOut(AuthRequest page) {
        return names(page.path(), SIGN_OUT_PATH) || names(page.query(), SIGN_OUT);
    }

    /** Whether an auth request is about a request that ends a session. */
    static boolean isSignOut(HttpHeaders ofAuthRequest) {
        return ofAuthRequest.getAll("X-Forwarded-Uri").stream()
                .anyMatch(uri -> names(uri, SIGN_OUT));
    }

    /** Whether an auth request is about a request that begins a session. */
    static boolean isCallback(HttpHeaders ofAuthRequest) {
        return ofAuthRequest.getAll("X-Forwarded-Uri").stream()
                .anyMatch(uri -> names(uri, CALLBACK));
    }

    private static boolean names(String part, String word) {
        if (part.indexOf('%') < 0) {
            return part.toLowerCase(Locale.ROOT).contains(word);
        }
        try {
            return URLDecoder.decode(part, ISO_8859_1).toLowerCase(Locale.ROOT).contains(word);
        } catch (IllegalArgumentException notEncoded) {
            return true; // better one request too many
        }
    }
}
