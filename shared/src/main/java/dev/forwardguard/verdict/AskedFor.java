package dev.forwardguard.verdict;

import dev.forwardguard.client.ForwardedProto;
import dev.forwardguard.http1.OutgoingHeaders;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * What an auth request asks for, read from the headers that the upstream gets: a host, a scheme,
 * and the session. Whatever is missing, given twice or unusual leaves it incomplete, and then
 * nothing is remembered or served.
 */
final class AskedFor implements BiConsumer<CharSequence, CharSequence> {
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
    private static final int MOST_COOKIES = 32; // each costs an HMAC
    private static final int LONGEST_HOST = 261; // RFC 1035 section 2.3.4, and a port

    private final VerdictSettings settings;
    private final List<String> cookies = new ArrayList<>();
    private @Nullable String host;
    private @Nullable String scheme;
    private boolean ambiguous;
    private boolean tooManyCookies;
    private boolean authorization;

    private AskedFor(VerdictSettings settings) {
        this.settings = settings;
    }

    static AskedFor in(OutgoingHeaders headers, VerdictSettings settings) {
        var read = new AskedFor(settings);
        headers.forEach(read);
        return read;
    }

    @Override
    public void accept(CharSequence name, CharSequence value) {
        if (HttpHeaderNames.COOKIE.contentEqualsIgnoreCase(name)) {
            readCookies(value.toString());
        } else if (HOST.contentEqualsIgnoreCase(name)) {
            ambiguous |= host != null;
            host = lowerCase(value.toString());
        } else if (ForwardedProto.NAME.contentEqualsIgnoreCase(name)) {
            ambiguous |= scheme != null;
            scheme = scheme(ForwardedProto.first(value));
        } else if (HttpHeaderNames.AUTHORIZATION.contentEqualsIgnoreCase(name)) {
            authorization = true;
        }
    }

    /** Traefik has {@code wss} and {@code ws} for WebSocket handshakes. */
    private static String scheme(CharSequence sent) {
        if (ForwardedProto.isTls(sent)) {
            return "https";
        }
        return ForwardedProto.isPlain(sent) ? "http" : "";
    }

    /** Nearly every host is in lower case already. */
    private static String lowerCase(String sent) {
        for (int i = 0; i < sent.length(); i++) {
            char c = sent.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return sent.toLowerCase(Locale.ROOT);
            }
        }
        return sent;
    }

    /**
     * Keeps the session's cookies as they are, in their order, repeats included. Like Go's, the
     * outpost's, this ends a cookie at each semicolon, quotation marks or not (net/http/cookie.go).
     */
    private void readCookies(String field) {
        int start = 0;
        while (start <= field.length() && !tooManyCookies) {
            int semicolon = field.indexOf(';', start);
            int end = semicolon < 0 ? field.length() : semicolon;
            while (start < end && Character.isWhitespace(field.charAt(start))) {
                start++;
            }
            if (settings.isOfSession(field, start, end)) { // no copy of the others, which are long
                tooManyCookies = cookies.size() == MOST_COOKIES;
                cookies.add(field.substring(start, end).strip());
            }
            start = end + 1;
        }
    }

    /** Whether host, scheme and session are known beyond doubt. */
    boolean isComplete() {
        return !ambiguous
                && !tooManyCookies
                && !cookies.isEmpty()
                && scheme != null
                && !scheme.isEmpty()
                && host != null
                && isHost(host);
    }

    /** A name or an address with or without a port: no list, no blank, nothing outside ASCII. */
    private static boolean isHost(String host) {
        if (host.isEmpty() || host.length() > LONGEST_HOST) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean usual =
                    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ".-_:[]".indexOf(c) >= 0;
            if (!usual) {
                return false;
            }
        }
        return true;
    }

    /** Whether the upstream gets an {@code Authorization}, on which the verdict may depend. */
    boolean hasAuthorization() {
        return authorization;
    }

    /** The session's cookies, as {@code name=value}; at most one more than a session may have. */
    List<String> cookies() {
        return cookies;
    }

    /** Scheme and host, for example {@code https} and {@code app.example.com}. */
    List<String> place() {
        return List.of(String.valueOf(scheme), String.valueOf(host));
    }

    /** Never the cookies. */
    @Override
    public String toString() {
        return "AskedFor[" + place() + ", " + cookies.size() + " cookies]";
    }
}
