package dev.forwardguard.authentik.emergency.session;

import dev.forwardguard.http1.CookieHeader;
import dev.forwardguard.http1.OutgoingHeaders;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The cookie of an emergency session. Its prefix makes browsers take it only over TLS, from the
 * host itself and for all of it (RFC 6265bis section 4.1.3.2), so no other host can set one. It has
 * no {@code Max-Age}: a browser drops it when it ends, unless it restores its windows. Its token
 * expires in any case.
 */
public final class EmergencyCookie {
    private static final String NAME = "__Host-emergency";
    private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax";

    private static final AsciiString SEARCHED = AsciiString.cached(NAME);

    private EmergencyCookie() {}

    /** The value of {@code Set-Cookie} that starts a session. */
    static String set(String token) {
        return NAME + "=" + token + ATTRIBUTES;
    }

    /** The value of {@code Set-Cookie} that ends it in the browser. */
    public static String clear() {
        return NAME + "=" + ATTRIBUTES + "; Max-Age=0";
    }

    /** Whether a request may carry one, of whatever value. Every request is asked this. */
    public static boolean isIn(HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            if (HttpHeaderNames.COOKIE.contentEqualsIgnoreCase(field.getKey())
                    && names(field.getValue())) {
                return true;
            }
        }
        return false;
    }

    /** The values of all that the request carries. */
    static List<String> values(HttpHeaders headers) {
        List<String> values = new ArrayList<>(1);
        for (String field : headers.getAll(HttpHeaderNames.COOKIE)) {
            if (names(field)) {
                for (String cookie : field.split(";", -1)) {
                    if (isOne(cookie)) {
                        values.add(valueOf(cookie.strip()));
                    }
                }
            }
        }
        return values;
    }

    /** Removes it from what goes to authentik, whose business it is not. */
    public static OutgoingHeaders strip(OutgoingHeaders headers) {
        return each ->
                headers.forEach(
                        (name, value) -> {
                            if (!HttpHeaderNames.COOKIE.contentEqualsIgnoreCase(name)
                                    || !names(value)) {
                                each.accept(name, value);
                                return;
                            }
                            String others = withoutIt(value.toString());
                            if (!others.isEmpty()) {
                                each.accept(name, others);
                            }
                        });
    }

    /** The same for the headers of a request that is passed through. */
    public static void strip(HttpHeaders headers) {
        if (isIn(headers)) {
            List<String> others =
                    headers.getAll(HttpHeaderNames.COOKIE).stream()
                            .map(EmergencyCookie::withoutIt)
                            .filter(field -> !field.isEmpty())
                            .toList();
            headers.remove(HttpHeaderNames.COOKIE);
            if (!others.isEmpty()) {
                headers.add(HttpHeaderNames.COOKIE, others);
            }
        }
    }

    /** All other cookies stay as they are, octet by octet. */
    private static String withoutIt(String field) {
        if (!names(field)) {
            return field;
        }
        List<String> others = new ArrayList<>();
        for (String cookie : field.split(";", -1)) {
            if (!isOne(cookie)) {
                others.add(cookie);
            }
        }
        return String.join(";", others).strip();
    }

    private static String valueOf(String cookie) {
        return cookie.length() > NAME.length() ? cookie.substring(NAME.length() + 1) : "";
    }

    private static boolean isOne(String cookie) {
        String stripped = cookie.strip();
        return stripped.equals(NAME) || stripped.startsWith(NAME + "=");
    }

    private static boolean names(CharSequence field) {
        return CookieHeader.mentions(field, SEARCHED);
    }
}
