package dev.forwardguard.authentik;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.forwardguard.guard.AuthRequest;

import java.net.URLDecoder;
import java.util.Locale;
import java.util.regex.Pattern;

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

    private static final Pattern BETWEEN = Pattern.compile("[?&;]");

    private SessionChange() {}

    /** Whether a request for a page of the outpost ends a session. */
    public static boolean isSignOut(AuthRequest page) {
        return names(page.path(), SIGN_OUT_PATH) || names(page.query(), SIGN_OUT);
    }

    /** Whether an auth request is about a request that ends a session, or is one itself. */
    static boolean isAboutSignOut(AuthRequest request) {
        return isAbout(request, SIGN_OUT);
    }

    /** Whether an auth request is about a request that begins a session, or is one itself. */
    static boolean isAboutCallback(AuthRequest request) {
        return isAbout(request, CALLBACK);
    }

    private static boolean isAbout(AuthRequest request, String word) {
        return names(request.query(), word)
                || request.headers().getAll("X-Forwarded-Uri").stream()
                        .anyMatch(uri -> names(uri, word));
    }

    /** Go decodes each part of a query for itself, and leaves out those that it cannot. */
    private static boolean names(String text, String word) {
        if (text.indexOf('%') < 0) {
            return text.toLowerCase(Locale.ROOT).contains(word);
        }
        return BETWEEN.splitAsStream(text).anyMatch(part -> decoded(part).contains(word));
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, ISO_8859_1).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }
}
